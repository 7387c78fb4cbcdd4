import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { SRV } from "../../dns/rdata/srv.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { ExternalHost } from "./external-host.ts";
import type { ExternalZone } from "./external-zone.ts";

/** SRV records, and what leads on from them. */
export interface Locations {
  readonly answer: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  /** Targets outside the zone, whose addresses others know. */
  readonly outside: readonly Name[];
}

/**
 * Each pair of target and port once, each target's addresses once.
 * @param ttlSeconds of the SRV records
 */
export function locationsOf(
  owner: Name,
  hosts: readonly ExternalHost[],
  zone: ExternalZone,
  ttlSeconds: number,
): Locations {
  // All count, seen or not, with a port or without.
  const weight = Math.max(1, Math.floor((100 / (100 * hosts.length)) * 100));
  const answer = new Map<string, ResourceRecord>();
  const additional = new Map<string, ResourceRecord>();
  const outside = new Map<string, Name>();
  for (const { hostname, address, labels, port } of hosts) {
    const target = hostname === undefined ? zone.below(labels) : Name.tryParse(hostname);
    if (!target || port === 0) continue;
    const rdata = SRV.encode({ priority: 0, weight, port, target });
    const location = new ResourceRecord(owner, RrType.SRV, RrClass.IN, ttlSeconds, rdata);
    setIfAbsent(answer, `${target.key}${port}`, location);
    if (address === undefined) {
      setIfAbsent(outside, target.key, target);
      continue;
    }
    const [record] = zone.addresses(target, [address]);
    if (record) setIfAbsent(additional, `${target.key}${address}`, record);
  }
  return {
    answer: [...answer.values()],
    additional: [...additional.values()],
    outside: [...outside.values()],
  };
}

function setIfAbsent<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}
