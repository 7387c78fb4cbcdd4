import type { BalancerDraft } from "../drafts.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { takeLoadBalancer } from "./service.ts";

/** networking.v1.Ingress but for its metadata. */
export function takeIngressObject(
  field: number,
  draft: BalancerDraft,
  reader: ProtobufReader,
): void {
  if (field === 2) reader.message(draft, takeSpec);
  else if (field === 3) reader.message(draft, takeStatus);
}

/** Its tls has the names at the same place as its rules have theirs. */
function takeSpec(field: number, draft: BalancerDraft, reader: ProtobufReader): void {
  if (field === 2 || field === 3) reader.message(draft, takeHost);
}

function takeHost(field: number, draft: BalancerDraft, reader: ProtobufReader): void {
  if (field === 1) draft.hostnames.push(reader.text());
}

function takeStatus(field: number, draft: BalancerDraft, reader: ProtobufReader): void {
  if (field === 1) reader.message(draft, takeLoadBalancer);
}
