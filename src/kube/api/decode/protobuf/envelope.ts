import { MalformedError } from "../stream-error.ts";
import { ProtobufReader } from "./protobuf-reader.ts";

/** What is around each object: its kind, and its own octets. */
export interface Envelope {
  readonly kind: string;
  readonly raw: Buffer;
}

const MAGIC = Buffer.from("k8s\0", "latin1");

interface EnvelopeDraft {
  kind: string;
  raw: Buffer;
  contentEncoding: string;
}

/**
 * Opens `k8s\0` and runtime.Unknown.
 *
 * @throws Error if it is something else
 */
export function openEnvelope(octets: Buffer): Envelope {
  if (!octets.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new MalformedError("protobuf: does not begin as Kubernetes' objects do");
  }
  const draft: EnvelopeDraft = { kind: "", raw: octets.subarray(0, 0), contentEncoding: "" };
  new ProtobufReader(octets.subarray(MAGIC.length)).whole(draft, takeUnknown);
  if (draft.contentEncoding !== "") {
    throw new MalformedError(`protobuf: encoding "${draft.contentEncoding}" is not known`);
  }
  return draft;
}

function takeUnknown(field: number, draft: EnvelopeDraft, reader: ProtobufReader): void {
  if (field === 1) reader.message(draft, takeTypeMeta);
  else if (field === 2) draft.raw = reader.octets();
  else if (field === 3) draft.contentEncoding = reader.text();
}

function takeTypeMeta(field: number, draft: EnvelopeDraft, reader: ProtobufReader): void {
  if (field === 2) draft.kind = reader.sharedText();
}
