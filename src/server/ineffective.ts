import { CorefileError } from "../corefile/corefile-error.ts";
import type { Directive } from "../corefile/directive.ts";
import type { ServerBlock, ServerKey } from "../corefile/server-block.ts";
import { Name } from "../dns/name.ts";
import type { AnyPlugin, BlockSettings } from "./contract/plugin.ts";
import type { BlockOutline, Part, Reach, Warning } from "./contract/reach.ts";
import { commonZone, quotedZones, zonesInBlock } from "./contract/reach.ts";

export interface ParsedDirective {
  readonly plugin: AnyPlugin;
  readonly directive: Directive;
  readonly options: unknown;
}

/** A server block, its directives in the order that queries pass them. */
export interface WrittenBlock {
  readonly block: ServerBlock;
  readonly directives: readonly ParsedDirective[];
  readonly settings: BlockSettings;
  /** Whether it is for some of the queries only. */
  readonly hasView: boolean;
}

interface OutlinedBlock extends BlockOutline {
  readonly hasView: boolean;
  readonly keys: readonly PlacedKey[];
}

/** A server key with all addresses that queries for it come to. */
interface PlacedKey {
  readonly key: ServerKey;
  readonly zone: Name;
  readonly place: string;
}

const REVERSE = [Name.parse("in-addr.arpa."), Name.parse("ip6.arpa.")];

/**
 * What stands in a Corefile and cannot have an effect: directives that are never asked anything because of what
 * stands before them or because of another server block, and what plugins say of their own properties. From top to
 * bottom; what is imported more than once is told of once.
 */
export function findIneffective(
  written: readonly WrittenBlock[],
  defaultPort: number,
): readonly Warning[] {
  const outlines = written.map((block) => outlineOf(block, defaultPort));
  const found = outlines.flatMap((outline, i) => [
    ...shadowedKeys(outline, outlines.slice(0, i)),
    ...outline.parts.flatMap((part) => unasked(part, outline, outlines)),
    ...ownWarnings(written[i]?.directives ?? [], outline),
  ]);
  return [...new Map(found.map((one) => [one.message, one])).values()];
}

function outlineOf(
  { block, directives, settings, hasView }: WrittenBlock,
  defaultPort: number,
): OutlinedBlock {
  const addresses = [...settings.listenOn, "|", ...settings.listenExcept].join(" ");
  return {
    hasView,
    zones: block.keys.map(({ zone }) => Name.parse(zone)),
    keys: block.keys.map((key) => ({
      key,
      zone: Name.parse(key.zone),
      place: `${key.scheme} ${key.port ?? defaultPort} ${addresses}`,
    })),
    parts: directives.map(({ plugin, directive, options }) => ({
      directive,
      reach: plugin.reach?.(options, directive),
    })),
  };
}

function* ownWarnings(
  directives: readonly ParsedDirective[],
  outline: BlockOutline,
): Iterable<Warning> {
  for (const { plugin, directive, options } of directives) {
    yield* plugin.warnings?.(options, directive, outline) ?? [];
  }
}

/** Why a directive is never asked for the names that it is for, if so. */
function unasked(
  part: Part,
  outline: OutlinedBlock,
  outlines: readonly OutlinedBlock[],
): Warning[] {
  const { directive, reach } = part;
  if (!reach) return [];
  const zones = zonesInBlock(reach.zones, outline);
  const [firstKey] = outline.keys;
  if (zones.length === 0) {
    const own = quotedZones(outline.zones);
    const hint = `it needs a server block of its own, such as "${reach.zones?.[0]} { ... }"`;
    const reason = `the server block in line ${firstKey?.key.at.line} is for ${own} only`;
    return [directive.error(`${named(directive)} is never asked: ${reason}; ${hint}`)];
  }
  return [...behindOthers(part, zones, outline), ...inOtherBlocks(part, outline, outlines)];
}

/** What ends all queries for some of its zones before they come to it. */
function behindOthers(part: Part, zones: readonly Name[], outline: OutlinedBlock): Warning[] {
  const { directive } = part;
  const before = outline.parts.slice(0, outline.parts.indexOf(part));
  for (const other of before) {
    const { reach } = other;
    if (!reach) continue;
    const taken = zones.filter((zone) => ends(reach, zone, outline));
    const isAll = taken.length === zones.length;
    if (taken.length === 0 || (!isAll && taken.every(isReverse))) continue;
    const remedy = reach.remedy === undefined ? "" : `, or ${reach.remedy} there`;
    const where = `${named(other.directive)} in ${placeOf(other.directive, directive)}`;
    const hint = `remove the one that is not wanted${remedy}`;
    const reason = `${where} ends all queries for ${quotedZones(taken)}`;
    return [directive.error(`${named(directive)} is never asked: ${reason}; ${hint}`)];
  }
  return [];
}

/** Whether no query for a name of the zone goes on. */
function ends(reach: Reach, zone: Name, outline: BlockOutline): boolean {
  if (reach.handsOnPointers === true && isReverse(zone)) return false;
  if (reach.handsOn.some((name) => commonZone(name, zone) !== undefined)) return false;
  return zonesInBlock(reach.zones, outline).some((own) => zone.isWithin(own));
}

function isReverse(zone: Name): boolean {
  return zone.isWithinAny(REVERSE);
}

/** A longer server key takes the names of the directive's own zones. */
function inOtherBlocks(
  { directive, reach }: Part,
  outline: OutlinedBlock,
  outlines: readonly OutlinedBlock[],
): Warning[] {
  if (reach?.zones === undefined) return [];
  const takers = reach.zones.map((zone) => takerOf(zone, outline, outlines));
  const [first] = takers;
  // Of zones that are reverse it is not told: nobody misses those that a second block takes.
  if (!first || reach.zones.some((zone, i) => !isReverse(zone) && !takers[i])) return [];
  if (reach.zones.every(isReverse) && takers.includes(undefined)) return [];
  const { key } = first;
  const names = reach.zones.filter((_zone, i) => takers[i] !== undefined);
  const block = `the server block "${key.at.text}" in ${placeOf(key.at, directive)}`;
  const hint = `write it there, or remove it here`;
  const reason = `queries for ${quotedZones(names)} go to ${block}`;
  return [directive.error(`${named(directive)} is never asked: ${reason}; ${hint}`)];
}

/** The key by which the zone's queries go elsewhere, on each address that they would come here. */
function takerOf(
  zone: Name,
  outline: OutlinedBlock,
  outlines: readonly OutlinedBlock[],
): PlacedKey | undefined {
  const own = outline.keys.filter((key) => zone.isWithin(key.zone));
  const takers = own.map(({ zone: ownZone, place }) => {
    const keys = outlines
      .filter((other) => other !== outline && !other.hasView)
      .flatMap(({ keys: all }) => all);
    return keys.find((other) => {
      const isLonger = other.zone.isWithin(ownZone) && !other.zone.equals(ownZone);
      return other.place === place && isLonger && zone.isWithin(other.zone);
    });
  });
  return takers.includes(undefined) ? undefined : takers[0];
}

/** The directive's first line. */
function named({ name, args }: Directive): string {
  return `"${[name, ...args].map(({ text }) => text).join(" ")}"`;
}

function placeOf(
  at: { readonly file: string; readonly line: number },
  from: { readonly file: string },
): string {
  return at.file === from.file ? `line ${at.line}` : `${at.file}:${at.line}`;
}

/** Keys that another block leaves nothing to: without a view it takes all of a zone's queries. */
function shadowedKeys(outline: OutlinedBlock, before: readonly OutlinedBlock[]): Warning[] {
  const others = before.filter(({ hasView }) => !hasView).flatMap(({ keys }) => keys);
  return outline.keys.flatMap(({ key, zone, place }) => {
    const first = others.find((other) => other.place === place && other.zone.equals(zone));
    if (!first) return [];
    const reason = `the one in ${placeOf(first.key.at, key.at)} has no view and takes all queries`;
    const message = `Server block "${key.at.text}" is never asked: ${reason}; put it first`;
    return [new CorefileError(key.at, message)];
  });
}
