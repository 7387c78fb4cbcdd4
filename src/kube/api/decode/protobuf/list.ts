import type { Kind } from "../../../cluster-source.ts";
import type { Wanted } from "../drafts.ts";
import { checkKind, putEvent } from "../object-events.ts";
import type { ObjectReader } from "../object-events.ts";
import type { WatchEvent } from "../watch-event.ts";
import { openEnvelope } from "./envelope.ts";
import { protobufReader } from "./objects.ts";
import { ProtobufReader } from "./protobuf-reader.ts";

interface ListDraft {
  resourceVersion: string;
  continueToken: string;
  readonly events: WatchEvent[];
  readonly kind: Kind;
  readonly reader: ObjectReader<Buffer>;
}

/** @throws Error if it is no list of the kind */
export function readProtobufList(wanted: Wanted, body: Buffer): ListDraft {
  const { kind } = wanted;
  const list = openEnvelope(body);
  checkKind(list.kind, `${kind}List`);
  const draft: ListDraft = {
    resourceVersion: "",
    continueToken: "",
    events: [],
    kind,
    reader: protobufReader(wanted),
  };
  return new ProtobufReader(list.raw).whole(draft, takeList);
}

function takeList(field: number, list: ListDraft, reader: ProtobufReader): void {
  if (field === 1) reader.message(list, takeListMeta);
  else if (field === 2) list.events.push(putEvent(list.kind, reader.octets(), list.reader));
}

function takeListMeta(field: number, list: ListDraft, reader: ProtobufReader): void {
  if (field === 2) list.resourceVersion = reader.text();
  else if (field === 3) list.continueToken = reader.text();
}
