import { RrType, formatRrType } from "../dns/iana/rr-type.ts";
import type { Name } from "../dns/name.ts";
import { NSEC3PARAM } from "../dns/rdata/nsec3.ts";
import { MAX_ITERATIONS } from "./nsec3.ts";
import { targetsOf } from "./additional-names.ts";
import type { Rrset } from "./rrset-store.ts";
import type { FrozenZone, ZoneData } from "./zone-data.ts";

/** What is the matter with a zone. Of an error it must not be served; a warning is merely odd. */
export interface ZoneFault {
  readonly level: "error" | "warning";
  readonly owner: Name;
  readonly message: string;
}

/** Types that may stand beside a CNAME record (RFC 4034 §2.5 and §3, RFC 2181 §10.1). */
const BESIDE_ALIAS: ReadonlySet<number> = new Set([
  RrType.CNAME,
  RrType.RRSIG,
  RrType.NSEC,
  RrType.KEY,
]);
/** Of which a name has one at most. */
const SINGLE: ReadonlySet<number> = new Set([RrType.CNAME, RrType.SOA, RrType.DNAME]);

/** Of others nothing can be wrong, but for standing beside a CNAME record. */
const CHECKED: ReadonlySet<number> = new Set([...SINGLE, RrType.DS, RrType.NS, RrType.MX]);

/**
 * Looks whether records make a zone: what NSD, Knot and BIND refuse is an error. Lazy, so that a large zone can be gone through
 * a piece at a time.
 */
export function* checkZone(
  data: ZoneData,
  frozen: FrozenZone,
): Generator<ZoneFault | undefined, void> {
  const { origin, apex } = data;
  if (!apex.rrset(RrType.SOA)) yield error(origin, "there is no SOA record");
  if (!apex.rrset(RrType.NS)) yield error(origin, "the apex has no NS record");
  if (tooManyIterations(apex.rrset(RrType.NSEC3PARAM))) {
    yield {
      level: "warning",
      owner: origin,
      message: `NSEC3 with over ${MAX_ITERATIONS} iterations: denials go without proof`,
    };
  }
  for (const { types, owner, rrsets } of frozen.owners()) {
    if (types.some((type) => CHECKED.has(type))) yield* checkOwner(data, owner(), rrsets());
    // For whoever counts pieces.
    else yield undefined;
  }
}

function* checkOwner(
  data: ZoneData,
  owner: Name,
  sets: readonly Rrset[],
): Generator<ZoneFault, void> {
  const has = (type: number): boolean => sets.some((set) => set.type === type);
  for (const { type, rdata } of sets) {
    if (SINGLE.has(type) && rdata.length > 1) {
      yield error(owner, `${rdata.length} ${formatRrType(type)} records, where there can be one`);
    }
    if (type === RrType.SOA && !owner.equals(data.origin)) {
      yield error(owner, "a SOA record that is not at the apex");
    }
    if (has(RrType.CNAME) && !BESIDE_ALIAS.has(type)) {
      yield error(owner, `CNAME beside ${formatRrType(type)}: an alias has no other data`);
    }
  }
  if (has(RrType.DS) && !has(RrType.NS)) yield error(owner, "DS without NS");
  yield* aliasesOfServers(data, owner, sets);
}

/** NS and MX records lead to hosts, not to aliases (RFC 2181 §10.3). */
function* aliasesOfServers(
  data: ZoneData,
  owner: Name,
  sets: readonly Rrset[],
): Generator<ZoneFault, void> {
  for (const set of sets) {
    if (set.type !== RrType.NS && set.type !== RrType.MX) continue;
    for (const target of targetsOf(set)) {
      if (!target.isWithin(data.origin)) continue;
      const message = `${formatRrType(set.type)} leads to "${target.toString()}"`;
      const node = data.find(target);
      if (node?.rrset(RrType.CNAME))
        yield { level: "warning", owner, message: `${message}, an alias` };
    }
  }
}

function tooManyIterations(parameters: Rrset | undefined): boolean {
  return (parameters?.rdata ?? []).some(
    (one) => (NSEC3PARAM.decode(one)?.iterations ?? 0) > MAX_ITERATIONS,
  );
}

function error(owner: Name, message: string): ZoneFault {
  return { level: "error", owner, message };
}
