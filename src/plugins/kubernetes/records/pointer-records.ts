import { RrType } from "../../../dns/iana/rr-type.ts";
import { Name } from "../../../dns/name.ts";
import { parseIpv4, parseIpv6 } from "../../../dns/rdata/ip-address.ts";
import { PTR } from "../../../dns/rdata/rfc1035-names.ts";
import { reverseKey } from "../../../dns/reverse-name.ts";
import type { ResourceRecord } from "../../../dns/resource-record.ts";
import type { ClusterIndex } from "../index/cluster-index.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import { SVC } from "./labels.ts";
import type { NameServers } from "./name-servers.ts";

export interface PointerParts {
  readonly index: ClusterIndex;
  readonly nameServers: NameServers;
  /** Where the names in PTR records are. */
  readonly primaryZone: ClusterZone;
}

/** The records of a zone of addresses, its SOA first and last. CoreDNS would transfer the Services under it instead. */
export function* pointerRecords(
  zone: ClusterZone,
  { index, nameServers, primaryZone }: PointerParts,
): Generator<ResourceRecord, void, undefined> {
  const soa = zone.soa(index.services.serial.value);
  yield soa;
  const { answer, additional } = nameServers.ofWhole(zone);
  yield* answer;
  yield* additional;
  for (const address of index.reverse.addresses()) {
    const octets = parseIpv4(address) ?? parseIpv6(address);
    const key = octets && reverseKey(octets);
    const owner = key === undefined ? undefined : Name.fromWire(key, key);
    if (owner?.isWithin(zone.name) !== true) continue;
    for (const labels of index.reverse.names(address)) {
      const target = primaryZone.below(labels + SVC);
      if (target) yield zone.record(owner, RrType.PTR, PTR.encode({ target }));
    }
  }
  yield soa;
}
