import { RrType, formatRrType } from "../dns/iana/rr-type.ts";
import type { Name } from "../dns/name.ts";
import { isWildcardKey } from "../dns/wildcard.ts";
import { DS } from "../dns/rdata/ds.ts";
import { NSEC3PARAM } from "../dns/rdata/nsec3.ts";
import { checkTargets } from "./check-targets.ts";
import { MAX_ITERATIONS } from "./nsec3.ts";
import type { Rrset } from "./rrset-store.ts";
import type { FrozenZone, ZoneData } from "./zone-data.ts";
import type { ZoneFault } from "./zone-fault.ts";

/** Types that may stand beside a CNAME record (RFC 4034 §2.5 and §3, RFC 2181 §10.1). */
const BESIDE_ALIAS: ReadonlySet<number> = new Set([
  RrType.CNAME,
  RrType.RRSIG,
  RrType.NSEC,
  RrType.KEY,
]);
/** Of which a name has one at most. */
const SINGLE: ReadonlySet<number> = new Set([RrType.CNAME, RrType.SOA, RrType.DNAME]);
/** All that may stand below a DNAME record at the apex (RFC 5155 §10.2). */
const BELOW_DNAME: ReadonlySet<number> = new Set([RrType.NSEC3, RrType.RRSIG]);
/** Of others nothing can be wrong, but for standing beside a CNAME record. */
const CHECKED: ReadonlySet<number> = new Set([
  ...SINGLE,
  RrType.DS,
  RrType.NS,
  RrType.MX,
  RrType.SRV,
]);
/** Octets of a digest by its type (RFC 3658 §2.4, RFC 4509 §2.2, RFC 6605 §2). */
const DIGEST_OCTETS: ReadonlyMap<number, number> = new Map([
  [1, 20],
  [2, 32],
  [4, 48],
]);

/**
 * Looks whether records make a zone: what two of NSD, Knot and BIND refuse is an error. Lazy, so that a large zone can be gone through
 * a piece at a time.
 */
export function* checkZone(
  data: ZoneData,
  frozen: FrozenZone,
): Generator<ZoneFault | undefined, void> {
  const { origin, apex } = data;
  if (!apex.rrset(RrType.SOA))
    yield { level: "error", owner: origin, message: "there is no SOA record" };
  if (!apex.rrset(RrType.NS)) yield error(origin, "the apex has no NS record", [RrType.SOA]);
  if (tooManyIterations(apex.rrset(RrType.NSEC3PARAM))) {
    yield {
      level: "warning",
      owner: origin,
      message: `NSEC3 with over ${MAX_ITERATIONS} iterations: denials go without proof`,
    };
  }
  if (apex.rrset(RrType.DS)) yield warning(origin, "a DS record at the apex, where nobody asks");
  const isAliasOfAll = apex.hasDname;
  let isApex = true;
  for (const { types, owner, rrsets } of frozen.owners()) {
    if (isAliasOfAll && !isApex && types.some((type) => !BELOW_DNAME.has(type)))
      yield belowDname(origin, owner());
    if (types.some((type) => CHECKED.has(type))) yield* checkOwner(data, owner(), rrsets());
    // For whoever counts pieces.
    else yield undefined;
    isApex = false;
  }
}

/** As `checkZone`, of names that have changed: what is the matter with them, if anything must not be served. */
export function faultOfNames(data: ZoneData, names: Iterable<Name>): ZoneFault | undefined {
  const { origin, apex } = data;
  if (!apex.rrset(RrType.SOA)) return error(origin, "there is no SOA record", []);
  if (!apex.rrset(RrType.NS)) return error(origin, "the apex has no NS record", [RrType.SOA]);
  for (const name of names) {
    const sets = data.find(name)?.rrsets() ?? [];
    const dname = sets.some(({ type }) => !BELOW_DNAME.has(type)) && dnameAbove(data, name);
    if (dname) return belowDname(dname, name);
    for (const fault of checkOwner(data, name, sets)) if (fault.level === "error") return fault;
  }
  return undefined;
}

function dnameAbove(data: ZoneData, name: Name): Name | undefined {
  for (let above = name; !above.equals(data.origin);) {
    above = above.parent();
    if (data.find(above)?.hasDname === true) return above;
  }
  return undefined;
}

function* checkOwner(
  data: ZoneData,
  owner: Name,
  sets: readonly Rrset[],
): Generator<ZoneFault, void> {
  const has = (type: number): boolean => sets.some((set) => set.type === type);
  for (const { type, rdata } of sets) {
    if (SINGLE.has(type) && rdata.length > 1) {
      const message = `${rdata.length} ${formatRrType(type)} records, where there can be one`;
      yield error(owner, message, [type]);
    }
    if (type === RrType.SOA && !owner.equals(data.origin)) {
      yield error(owner, "a SOA record that is not at the apex", [type]);
    }
    if (has(RrType.CNAME) && !BESIDE_ALIAS.has(type)) {
      const message = `CNAME beside ${formatRrType(type)}: an alias has no other data`;
      yield error(owner, message, [type, RrType.CNAME]);
    }
    if (type === RrType.DS) yield* checkDigests(owner, rdata);
    if (type === RrType.DNAME && !owner.equals(data.origin) && data.find(owner)?.hasNamesBelow)
      yield belowDname(owner, owner);
  }
  const isCut = has(RrType.NS);
  if (has(RrType.DS) && !isCut && !owner.equals(data.origin)) yield warning(owner, "DS without NS");
  if (isCut && isWildcardKey(owner.key)) yield warning(owner, "NS at a wildcard");
  yield* checkTargets(data, owner, sets);
}

/** RFC 6672 §2.4. */
function belowDname(dname: Name, owner: Name): ZoneFault {
  const message = "a DNAME record with records below it";
  const isBelow = dname === owner;
  return { level: "error", owner: dname, message, records: { owner, isBelow } };
}

function* checkDigests(owner: Name, rdata: readonly Buffer[]): Generator<ZoneFault, void> {
  for (const one of rdata) {
    const { digestType = 0, digest } = DS.decode(one) ?? {};
    const octets = DIGEST_OCTETS.get(digestType);
    if (digest && octets !== undefined && digest.length !== octets) {
      const message = `DS with a digest of ${digest.length} octets, where type ${digestType} has ${octets}`;
      yield error(owner, message, [RrType.DS]);
    }
  }
}

function tooManyIterations(parameters: Rrset | undefined): boolean {
  return (parameters?.rdata ?? []).some(
    (one) => (NSEC3PARAM.decode(one)?.iterations ?? 0) > MAX_ITERATIONS,
  );
}

function error(owner: Name, message: string, types: readonly number[]): ZoneFault {
  return { level: "error", owner, message, records: { owner, types } };
}

function warning(owner: Name, message: string): ZoneFault {
  return { level: "warning", owner, message };
}
