import type { CorefileError } from "../../corefile/corefile-error.ts";
import type { Directive } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";

/**
 * Which queries end at a directive, as far as its text tells. By this those are found that are never asked
 * anything, because others stand in front of them.
 */
export interface Reach {
  /** Names that it is asked for; those of the server block if left out. */
  readonly zones?: readonly Name[];
  /** Names whose queries it may hand on to the next plugin: the root for all, none at all if empty. */
  readonly handsOn: readonly Name[];
  /** Whether it hands on questions for PTR records all the same. */
  readonly handsOnPointers?: boolean;
  /** How to make it hand them on, for people: `add "fallthrough"`. */
  readonly remedy?: string;
  /** The TTL that its properties give its records. */
  readonly ttl?: { readonly seconds: number; readonly at: Directive };
}

/**
 * That of directives which answer for their zones, and hand names on by `fallthrough` alone.
 * @param entries one for each directive; zones are those of the server block if left out
 */
export function fallthroughReach(
  entries: readonly {
    readonly zones: readonly Name[] | undefined;
    readonly fallthrough: readonly Name[];
  }[],
): Reach {
  const zones = entries.map((entry) => entry.zones);
  return {
    ...(zones.every((one) => one !== undefined) ? { zones: zones.flat() } : {}),
    handsOn: entries.flatMap(({ fallthrough }) => fallthrough),
    remedy: 'add "fallthrough"',
  };
}

/** A directive as others of its block see it. */
export interface Part {
  readonly directive: Directive;
  /** Undefined if its plugin says nothing of it. */
  readonly reach: Reach | undefined;
}

/** A server block as its text tells of it, for those who look whether what stands there has an effect. */
export interface BlockOutline {
  readonly zones: readonly Name[];
  /** In the order that queries pass them. */
  readonly parts: readonly Part[];
}

/**
 * Says that a word of the Corefile has no effect, at its place, and what to write instead. Not thrown: it is
 * shown, and the server starts.
 */
export type Warning = CorefileError;

/** The names that both are about: the inner one of two zones of which one holds the other. */
export function commonZone(one: Name, other: Name): Name | undefined {
  if (one.isWithin(other)) return one;
  return other.isWithin(one) ? other : undefined;
}

/** The names of the zones that queries of the block are for. */
export function zonesInBlock(zones: readonly Name[] | undefined, block: BlockOutline): Name[] {
  if (zones === undefined) return [...block.zones];
  return zones.flatMap((zone) => block.zones.flatMap((own) => commonZone(zone, own) ?? []));
}

/** What stands behind a directive of the block and is asked for some of these names. */
export function partsBehind(
  directive: Directive,
  zones: readonly Name[],
  block: BlockOutline,
): Part[] {
  const at = block.parts.findIndex((part) => part.directive === directive);
  return block.parts.slice(at + 1).filter(({ reach }) => {
    if (reach === undefined) return false;
    const own = zonesInBlock(reach.zones, block);
    return own.some((zone) => zones.some((other) => commonZone(zone, other) !== undefined));
  });
}

/** For messages: `"a. b."` */
export function quotedZones(zones: readonly Name[]): string {
  return `"${[...new Set(zones.map(String))].join(" ")}"`;
}
