import type { Name as NameType } from "../../dns/name.ts";
import { Name } from "../../dns/name.ts";
import { ServedZone } from "../../cluster/served-zone.ts";

const NODE = Name.fromWire("\u0004node\0");
const NODE_PORT = Name.fromWire("\u0008nodeport\0");

/** `node.ZONE`: the names of machines. */
export class NodeZone extends ServedZone {}

/** `nodeport.ZONE`: the names of Services, as machines outside the cluster reach them. */
export class NodePortZone extends ServedZone {}

/** Both, of each zone in which such names fit. */
export function nodeZones(zones: readonly NameType[], ttlSeconds: number): ServedZone[] {
  return zones.flatMap((zone) => {
    const node = NODE.concat(zone);
    const nodePort = NODE_PORT.concat(zone);
    if (!node || !nodePort) return [];
    return [new NodeZone(node, ttlSeconds), new NodePortZone(nodePort, ttlSeconds)];
  });
}

/** The name of a machine, seen from a zone of Services. @param origin `nodeport.ZONE`, as the client writes it */
export function nodeName(labels: string, origin: NameType): NameType | undefined {
  return Name.fromWire(`${labels}${NODE.wire}`).concat(origin.parent());
}
