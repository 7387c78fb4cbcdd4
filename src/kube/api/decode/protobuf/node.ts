import type { NodeDraft } from "../drafts.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/** core.v1.Node but for its metadata; the images that it has, the most of it, are skipped. */
export function takeNode(field: number, draft: NodeDraft, reader: ProtobufReader): void {
  if (field === 3) reader.message(draft, takeStatus);
}

function takeStatus(field: number, draft: NodeDraft, reader: ProtobufReader): void {
  if (field === 4) {
    const { type, status } = reader.message({ type: "", status: "" }, takeCondition);
    if (type === "Ready") draft.ready = status === "True";
  } else if (field === 5) {
    draft.addresses.push(reader.message({ type: "", address: "" }, takeAddress));
  }
}

function takeCondition(
  field: number,
  condition: { type: string; status: string },
  reader: ProtobufReader,
): void {
  if (field === 1) condition.type = reader.sharedText();
  else if (field === 2) condition.status = reader.sharedText();
}

function takeAddress(
  field: number,
  entry: { type: string; address: string },
  reader: ProtobufReader,
): void {
  if (field === 1) entry.type = reader.sharedText();
  else if (field === 2) entry.address = reader.text();
}
