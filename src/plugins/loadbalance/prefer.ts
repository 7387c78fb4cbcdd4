import { RrType } from "../../dns/iana/rr-type.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { sortIntoGroups } from "./groups.ts";

export interface Subnet {
  /** 4 or 16 octets. */
  readonly octets: readonly number[];
  readonly prefixLength: number;
}

/** Aliases first, then addresses, those of the first subnet before those of the next. */
export function preferSubnets(
  records: readonly ResourceRecord[],
  subnets: readonly Subnet[],
): readonly ResourceRecord[] {
  const { aliases, addresses, exchanges, others } = sortIntoGroups(records);
  if (addresses.length === 0) return records;
  const ranks = new Map(addresses.map((record) => [record, rankOf(record, subnets)]));
  addresses.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
  return [...aliases, ...addresses, ...exchanges, ...others];
}

/**
 * How the order of some addresses comes about: at random if all are in the same subnet or none, by the subnets alone
 * if no two are in the same one, else by both.
 */
export type Ordering = "none" | "random" | "by-subnet" | "both";

export function orderingOf(
  records: readonly ResourceRecord[],
  subnets: readonly Subnet[],
): Ordering {
  const { addresses } = sortIntoGroups(records);
  if (addresses.length < 2) return "none";
  const ranks = new Set(addresses.map((record) => rankOf(record, subnets)));
  if (ranks.size === 1) return "random";
  return ranks.size === addresses.length ? "by-subnet" : "both";
}

/** Number of the first subnet that the address is in; one more than the last for none. */
function rankOf({ type, rdata }: ResourceRecord, subnets: readonly Subnet[]): number {
  const length = type === RrType.A ? 4 : 16;
  const rank = subnets.findIndex(({ octets, prefixLength }) => {
    return octets.length === length && hasPrefix(rdata, octets, prefixLength);
  });
  return rank === -1 ? subnets.length : rank;
}

function hasPrefix(rdata: Buffer, octets: readonly number[], prefixLength: number): boolean {
  const whole = prefixLength >>> 3;
  for (let i = 0; i < whole; i++) if (rdata[i] !== octets[i]) return false;
  const mask = (0xff00 >>> (prefixLength & 7)) & 0xff;
  return ((rdata[whole] ?? 0) & mask) === ((octets[whole] ?? 0) & mask);
}
