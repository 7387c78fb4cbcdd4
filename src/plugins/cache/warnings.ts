import type { Directive } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import type { BlockOutline, Part, Warning } from "../../server/contract/reach.ts";
import { quotedZones, zonesInBlock } from "../../server/contract/reach.ts";
import type { CacheOptions } from "./options.ts";
import { limitsText } from "./options.ts";

const STORES = ["success", "denial"] as const;

/** What of `cache` has no effect, and which TTLs of other plugins nobody will see because of it. */
export function* warningsOfCache(
  options: CacheOptions,
  directive: Directive,
  block: BlockOutline,
): Iterable<Warning> {
  const zones = zonesInBlock(options.zones.length > 0 ? options.zones : undefined, block);
  if (zones.length === 0) {
    const reason = `the server block is for ${quotedZones(block.zones)} only; remove it`;
    yield directive.error(`"cache" of ${quotedZones(options.zones)} has no effect: ${reason}`);
    return;
  }
  const find = (name: string): Directive | undefined => {
    return directive.body.findLast((sub) => sub.name.text === name);
  };
  yield* warningsOfTtl(directive, STORES.map(find));
  for (const store of STORES) yield* warningsOfStore(options, store, find(store), find("disable"));
  const isAllOff = STORES.every((store) => isOff(options, store));
  const prefetch = find("prefetch");
  if (isAllOff && prefetch) {
    yield prefetch.error('"prefetch" has no effect: nothing is kept; remove it or "disable"');
  }
  for (const part of block.parts) yield* warningsOfSource(options, part, directive, block);
}

/** `cache TTL` where both kinds of answers have one of their own. */
function* warningsOfTtl(
  directive: Directive,
  stores: readonly (Directive | undefined)[],
): Iterable<Warning> {
  const [first] = directive.args;
  const isGiven = first !== undefined && /^\d+$/.test(first.text);
  if (!isGiven || stores.some((sub) => (sub?.args.length ?? 0) < 2)) return;
  const hint = `"success" and "denial" name TTLs of their own; remove one or the other`;
  yield directive.error(`"cache ${first.text}" has no effect: ${hint}`, first);
}

function* warningsOfStore(
  options: CacheOptions,
  which: (typeof STORES)[number],
  sub: Directive | undefined,
  disable: Directive | undefined,
): Iterable<Warning> {
  const { maxTtlSeconds, minTtlSeconds, isMinTtlOrdered } = options[which];
  if (sub && disable && isOff(options, which)) {
    yield sub.error(`"${which}" has no effect: "disable ${which}" is for all names; remove it`);
  } else if (sub && isMinTtlOrdered && minTtlSeconds > maxTtlSeconds) {
    const hint = `no TTL is above ${maxTtlSeconds}; write a smaller one`;
    yield sub.error(`lowest TTL ${minTtlSeconds} of "${which}" has no effect: ${hint}`);
  }
}

function isOff(options: CacheOptions, which: (typeof STORES)[number]): boolean {
  return options[which].except.some((zone) => zone.equals(Name.root));
}

/** The TTL of a plugin whose records nobody gets but through the cache, and its limits. */
function* warningsOfSource(
  { zones, success }: CacheOptions,
  { directive: source, reach }: Part,
  { line }: Directive,
  block: BlockOutline,
): Iterable<Warning> {
  if (!reach?.ttl) return;
  const kept = zonesInBlock(zones.length > 0 ? zones : undefined, block);
  const names = zonesInBlock(reach.zones, block).filter((zone) => {
    return zone.isWithinAny(kept) && !zone.isWithinAny(success.except);
  });
  if (names.length === 0) return;
  const { seconds, at } = reach.ttl;
  const { minTtlSeconds, maxTtlSeconds } = success;
  const shown = Math.min(Math.max(seconds, minTtlSeconds), maxTtlSeconds);
  // 0 says that it is not kept at all, unless somebody has ordered otherwise.
  if (seconds === shown || (seconds === 0 && !success.isMinTtlOrdered)) return;
  const limits = limitsText(seconds, success);
  const zone = String(names[0]).replace(/(?<=.)\.$/, "");
  const hint = `write "${limits}" there, or "disable success ${zone}" to keep none of them`;
  yield at.error(
    `"ttl ${seconds}" of ${source.name.text} has no effect: "cache" in line ${line} makes it ${shown}; ${hint}`,
  );
}
