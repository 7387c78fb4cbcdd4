import {
  argumentRange,
  parseFallthrough,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";
import type { PrimaryServer } from "../../zone/primary/signing.ts";
import { parsePrimary } from "./primary-address.ts";

/** One directive: zones, and where they are transferred from. */
export interface SecondaryEntry {
  readonly directive: Directive;
  /** Undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  /** In the order in which they are asked. */
  readonly primaries: PrimaryServer[];
  /** Whether the zones are catalogs: within which zones their members may be, all of them where none is named. */
  catalog: readonly Name[] | undefined;
  /** Zones whose unknown names go to the next plugin. */
  fallthrough: readonly Name[];
}

const PROPERTIES: Record<string, (sub: Directive, entry: SecondaryEntry) => void> = {
  transfer(sub, entry) {
    const [from, ...addresses] = argumentRange(sub, 2, Infinity);
    if (from?.text !== "from")
      throw sub.error(`unknown value "${from?.text}", expected "from"`, from);
    entry.primaries.push(...addresses.map(parsePrimary));
  },
  catalog(sub, entry) {
    const zones = parseZones(argumentRange(sub, 0, Infinity));
    const isLimited = entry.catalog?.length !== 0 && zones.length > 0;
    entry.catalog = isLimited ? [...(entry.catalog ?? []), ...zones] : [];
  },
  fallthrough(sub, entry) {
    entry.fallthrough = parseFallthrough(sub);
  },
};

/** Reads `secondary [ZONES...] { transfer from ADDRESS... ... }`; several of a block are one plugin. */
export function parseSecondary(directive: Directive): readonly SecondaryEntry[] {
  const zones = argumentRange(directive, 0, Infinity);
  const entry: SecondaryEntry = {
    directive,
    zones: zones.length === 0 ? undefined : parseZones(zones),
    primaries: [],
    catalog: undefined,
    fallthrough: [],
  };
  subDirectives(directive, PROPERTIES, entry);
  if (entry.primaries.length === 0) throw directive.error(`missing property "transfer from"`);
  return [entry];
}
