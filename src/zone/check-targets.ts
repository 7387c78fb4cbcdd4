import { RrType, formatRrType } from "../dns/iana/rr-type.ts";
import type { Name } from "../dns/name.ts";
import { targetsOf } from "./additional-names.ts";
import type { Rrset } from "./rrset-store.ts";
import { walkTo } from "./walk.ts";
import type { ZoneData, ZoneNode } from "./zone-data.ts";
import type { ZoneFault } from "./zone-fault.ts";

const CHECKED: ReadonlySet<number> = new Set([RrType.NS, RrType.MX, RrType.SRV]);

/**
 * NS, MX and SRV records lead to hosts, not to aliases or to nothing (RFC 2181 §10.3). Of the zone's own servers that is an error:
 * nobody would find them.
 */
export function* checkTargets(
  data: ZoneData,
  owner: Name,
  sets: readonly Rrset[],
): Generator<ZoneFault, void> {
  for (const set of sets) {
    if (!CHECKED.has(set.type)) continue;
    const level = set.type === RrType.NS && owner.equals(data.origin) ? "error" : "warning";
    for (const target of targetsOf(set)) {
      // The root stands for no host at all (RFC 7505, RFC 2782).
      if (target.wire.length === 1 || !target.isWithin(data.origin)) continue;
      const problem = hasAddress(data.find(target)) ? undefined : problemOf(data, target);
      if (problem === undefined) continue;
      const message = `${formatRrType(set.type)} leads to "${target.toString()}", ${problem}`;
      yield { level, owner, message, records: { owner, types: [set.type] } };
    }
  }
}

/** Why a name of the zone is not that of a host; undefined if it is, or is somebody else's. */
function problemOf(data: ZoneData, target: Name): string | undefined {
  const met = walkTo(data, target);
  switch (met.what) {
    case "cut":
      return undefined;
    case "dname":
      return "which is below a DNAME record";
    case "missing":
      return hasAddress(met.wildcard) ? undefined : "which has no address";
    case "name":
      if (met.node.rrset(RrType.CNAME)) return "an alias";
      return met.node.isCut ? undefined : "which has no address";
    default:
      return met satisfies never;
  }
}

function hasAddress(node: ZoneNode | undefined): boolean {
  return (node?.rrset(RrType.A) ?? node?.rrset(RrType.AAAA)) !== undefined;
}
