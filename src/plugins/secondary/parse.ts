import {
  argumentRange,
  parseFallthrough,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import { parsePrimary } from "./primary-address.ts";

/** One directive: zones, and where they are transferred from. */
export interface SecondaryEntry {
  readonly directive: Directive;
  /** Undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  /** In the order in which they are asked. */
  readonly primaries: NamedPrimary[];
  /** Whether the zones are catalogs: within which zones their members may be, all of them where none is named. */
  catalog: readonly Name[] | undefined;
  /** Zones whose unknown names go to the next plugin. */
  fallthrough: readonly Name[];
}

/** A primary as the Corefile names it; its key is known once the instance that has the keys has started. */
export interface NamedPrimary {
  readonly address: string;
  readonly port: number;
  readonly keyName: Token | undefined;
  key?: TsigKey;
}

const PROPERTIES: Record<string, (sub: Directive, entry: SecondaryEntry) => void> = {
  transfer(sub, entry) {
    const [from, ...words] = argumentRange(sub, 2, Infinity);
    if (from?.text !== "from")
      throw sub.error(`unknown value "${from?.text}", expected "from"`, from);
    const keyAt = words.findIndex(({ text }) => text === "key");
    const addresses = keyAt < 0 ? words : words.slice(0, keyAt);
    const keyName = keyAt < 0 ? undefined : keyIn(sub, words.slice(keyAt + 1));
    if (addresses.length === 0) throw sub.error("missing argument: the address of a primary");
    for (const token of addresses) entry.primaries.push({ ...parsePrimary(token), keyName });
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

function keyIn(sub: Directive, [name, another]: readonly Token[]): Token {
  if (!name) throw sub.error('missing argument: the name of a key behind "key"');
  if (another) throw sub.error(`unexpected argument "${another.text}": one key is enough`, another);
  if (!Name.tryParse(name.text)) throw sub.error(`bad name of a key: "${name.text}"`, name);
  return name;
}
