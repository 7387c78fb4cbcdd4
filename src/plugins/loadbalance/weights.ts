import ipaddr from "ipaddr.js";
import { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { sortIntoGroups } from "./groups.ts";
import { randomBelow } from "./random.ts";

/** Weights by name's key, then by address octets as latin1. */
export type Weights = ReadonlyMap<string, ReadonlyMap<string, number>>;

const MAX_WEIGHT = 255;

/**
 * Reads a file of weights: a name in a line of its own, then an address and its weight in each
 * line, up to the next name. `#` begins a line that is left out.
 * @throws {SyntaxError} with the file and line.
 */
export function parseWeights(text: string, file: string): Weights {
  const weights = new Map<string, Map<string, number>>();
  let current: Map<string, number> | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    const [first = "", weight, surplus] = line.trim().split(/\s+/);
    if (first === "" || first.startsWith("#")) continue;
    const fail = (reason: string): SyntaxError => new SyntaxError(`${file}:${i + 1}: ${reason}`);
    if (surplus !== undefined) throw fail(`Cannot parse "${line.trim()}": expected ADDRESS WEIGHT`);
    if (weight === undefined) {
      current = nameEntry(weights, first, fail);
      continue;
    }
    if (!current) throw fail(`Cannot parse "${first}": expected a name before the first address`);
    current.set(addressKey(first, fail), parseWeight(weight, fail));
  }
  return weights;
}

type Fail = (reason: string) => SyntaxError;

function nameEntry(
  weights: Map<string, Map<string, number>>,
  text: string,
  fail: Fail,
): Map<string, number> {
  const name = ipaddr.isValid(text) ? undefined : Name.tryParse(text);
  if (!name) throw fail(`Cannot parse name "${text}": perhaps a weight is missing`);
  const entry = weights.get(name.key) ?? new Map<string, number>();
  weights.set(name.key, entry);
  return entry;
}

function addressKey(text: string, fail: Fail): string {
  if (!ipaddr.isValid(text)) throw fail(`Cannot parse "${text}": not an IP address`);
  return Buffer.from(ipaddr.parse(text).toByteArray()).toString("latin1");
}

function parseWeight(text: string, fail: Fail): number {
  const weight = Number(text);
  if (/^\d+$/.test(text) && weight >= 1 && weight <= MAX_WEIGHT) return weight;
  throw fail(`Cannot parse weight "${text}": expected 1 to ${MAX_WEIGHT}`);
}

/** Puts one address in front, chosen with the odds of its weight; one without a weight has 1. */
export function putWeightedFirst(
  records: readonly ResourceRecord[],
  weights: Weights,
): readonly ResourceRecord[] {
  const { aliases, addresses, exchanges, others } = sortIntoGroups(records);
  if (addresses.length === 0) return records;
  const odds = addresses.map(({ owner, rdata }) => {
    return weights.get(owner.key)?.get(rdata.toString("latin1")) ?? 1;
  });
  const chosen = choose(odds);
  [addresses[0], addresses[chosen]] = [
    addresses[chosen] as ResourceRecord,
    addresses[0] as ResourceRecord,
  ];
  return [...aliases, ...others, ...addresses, ...exchanges];
}

function choose(odds: readonly number[]): number {
  let left = randomBelow(odds.reduce((sum, weight) => sum + weight, 0));
  return odds.findIndex((weight) => (left -= weight) < 0);
}
