import type { PodDraft } from "../drafts.ts";
import { withText } from "../drafts.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/** core.v1.Pod but for its metadata; its spec, the most of it, is skipped as a whole. */
export function takePod(field: number, draft: PodDraft, reader: ProtobufReader): void {
  if (field === 3) reader.message(draft, takeStatus);
}

function takeStatus(field: number, draft: PodDraft, reader: ProtobufReader): void {
  if (field === 1) draft.phase = reader.sharedText();
  else if (field === 6) draft.podIP = reader.text();
  else if (field === 12) reader.message(draft, takePodIP);
}

function takePodIP(field: number, draft: PodDraft, reader: ProtobufReader): void {
  if (field !== 1) return;
  const address = reader.text();
  if (address !== "") draft.podIPs = withText(draft.podIPs, address);
}
