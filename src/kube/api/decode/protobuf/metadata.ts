import type { MetadataDraft } from "../drafts.ts";
import { ANNOTATIONS, keepLabel, LABELS } from "../drafts.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/** Field 1 of every object: meta.v1.ObjectMeta. */
export function takeObjectMeta(field: number, draft: MetadataDraft, reader: ProtobufReader): void {
  switch (field) {
    case 1:
      draft.name = reader.text();
      break;
    case 3:
      draft.namespace = reader.sharedText();
      break;
    case 6:
      draft.resourceVersion = reader.text();
      break;
    case 9:
      draft.isTerminating = true;
      break;
    case 11:
      takeEntry(draft, reader, LABELS);
      break;
    case 12:
      takeEntry(draft, reader, ANNOTATIONS);
  }
}

interface Entry {
  key: string;
  value: string;
  readonly wanted: Pick<ReadonlySet<string>, "has">;
}

function takeEntry(draft: MetadataDraft, reader: ProtobufReader, wanted: typeof LABELS): void {
  const { key, value } = reader.message({ key: "", value: "", wanted }, takeKeyAndValue);
  const field = wanted.get(key);
  if (field) draft[field] = value;
}

/** As `takeObjectMeta`, for the labels that are to be kept alone. */
export function takeKeptLabels(
  field: number,
  { draft, names }: { readonly draft: MetadataDraft; readonly names: ReadonlySet<string> },
  reader: ProtobufReader,
): void {
  if (field !== 11) return;
  const { key, value } = reader.message({ key: "", value: "", wanted: names }, takeKeyAndValue);
  if (names.has(key)) keepLabel(draft, key, value);
}

/** A value is read only if its key, which comes first, is wanted. */
function takeKeyAndValue(field: number, entry: Entry, reader: ProtobufReader): void {
  if (field === 1) entry.key = reader.sharedText();
  else if (field === 2 && entry.wanted.has(entry.key)) entry.value = reader.text();
}
