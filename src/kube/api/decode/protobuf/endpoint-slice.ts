import type { EndpointDraft, SliceDraft } from "../drafts.ts";
import { withText } from "../drafts.ts";
import { podNameOf } from "../thin.ts";
import { readPort } from "./port.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/** discovery.v1.EndpointSlice but for its metadata. */
export function takeSlice(field: number, draft: SliceDraft, reader: ProtobufReader): void {
  if (field === 2) draft.endpoints.push(reader.message(newEndpoint(), takeEndpoint));
  else if (field === 3) draft.ports.push(readPort(reader));
  else if (field === 4) draft.addressType = reader.sharedText();
}

/** Never pushed to: `withText` makes another. */
const NO_ADDRESSES: string[] = [];

function newEndpoint(): EndpointDraft {
  return {
    addresses: NO_ADDRESSES,
    ready: true,
    hostname: "",
    nodeName: "",
    zone: "",
    podName: "",
  };
}

function takeEndpoint(field: number, endpoint: EndpointDraft, reader: ProtobufReader): void {
  switch (field) {
    case 1:
      endpoint.addresses = withText(endpoint.addresses, reader.text());
      break;
    case 2:
      reader.message(endpoint, takeConditions);
      break;
    case 3:
      endpoint.hostname = reader.text();
      break;
    case 4:
      endpoint.podName = readPodName(reader);
      break;
    case 6:
      endpoint.nodeName = reader.sharedText();
      break;
    case 7:
      endpoint.zone = reader.sharedText();
  }
}

function takeConditions(field: number, endpoint: EndpointDraft, reader: ProtobufReader): void {
  if (field === 1) endpoint.ready = reader.boolean();
}

interface Target {
  kind: string;
  name: string;
}

function readPodName(reader: ProtobufReader): string {
  const target = reader.message<Target>({ kind: "", name: "" }, takeTarget);
  return podNameOf(target.kind, target.name);
}

function takeTarget(field: number, target: Target, reader: ProtobufReader): void {
  if (field === 1) target.kind = reader.sharedText();
  else if (field === 3) target.name = reader.text();
}
