import type { PortDraft } from "../drafts.ts";
import { checkedPort, giveNodePort, protocolOf } from "../thin.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/** core.v1.ServicePort and discovery.v1.EndpointPort: the fields that count are the same. */
export function readPort(reader: ProtobufReader): PortDraft {
  return reader.message({ name: "", port: 0, protocol: "tcp" }, takePort);
}

function takePort(field: number, port: PortDraft, reader: ProtobufReader): void {
  if (field === 1) port.name = reader.sharedText();
  else if (field === 2) port.protocol = protocolOf(reader.sharedText());
  else if (field === 3) port.port = checkedPort(reader.integer());
  else if (field === 5) giveNodePort(port, reader.integer());
}
