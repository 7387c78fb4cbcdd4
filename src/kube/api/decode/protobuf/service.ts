import type { IngressDraft, ServiceDraft } from "../drafts.ts";
import { withText } from "../drafts.ts";
import { readPort } from "./port.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/** core.v1.Service but for its metadata. */
export function takeService(field: number, draft: ServiceDraft, reader: ProtobufReader): void {
  if (field === 2) reader.message(draft, takeSpec);
  else if (field === 3) reader.message(draft, takeStatus);
}

function takeSpec(field: number, draft: ServiceDraft, reader: ProtobufReader): void {
  switch (field) {
    case 1:
      draft.ports.push(readPort(reader));
      break;
    case 2:
      draft.hasSelector = true;
      break;
    case 3:
      // Its like comes in clusterIPs, which is the one to be kept.
      draft.clusterIP = reader.sharedText();
      break;
    case 4:
      draft.type = reader.sharedText();
      break;
    case 5:
      draft.externalIPs = withText(draft.externalIPs, reader.text());
      break;
    case 10:
      draft.externalName = reader.text();
      break;
    case 11:
      draft.isLocal = reader.sharedText() === "Local";
      break;
    case 13:
      draft.publishNotReadyAddresses = reader.boolean();
      break;
    case 18:
      draft.clusterIPs = withText(draft.clusterIPs, reader.sharedText());
  }
}

function takeStatus(field: number, draft: ServiceDraft, reader: ProtobufReader): void {
  if (field === 1) reader.message(draft, takeLoadBalancer);
}

/** Of a Service, and of an Ingress, which has the same. */
export function takeLoadBalancer(
  field: number,
  draft: Pick<ServiceDraft, "ingress">,
  reader: ProtobufReader,
): void {
  if (field === 1) draft.ingress.push(reader.message({ ip: "", hostname: "" }, takeIngress));
}

function takeIngress(field: number, ingress: IngressDraft, reader: ProtobufReader): void {
  if (field === 1) ingress.ip = reader.text();
  else if (field === 2) ingress.hostname = reader.text();
}
