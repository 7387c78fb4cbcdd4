import { RrType } from "../../../dns/iana/rr-type.ts";
import type { Name } from "../../../dns/name.ts";
import type { ResourceRecord } from "../../../dns/resource-record.ts";
import type { State } from "../../../server/contract/state.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import type { NameFinder } from "../name-finder.ts";
import type { Alias } from "./name-records.ts";

/** Aliases in one answer, as in CoreDNS. */
const MAX_ALIASES = 11;

/** The aliases behind a name, and what they lead to. */
export interface AliasChain {
  /** CNAME records, the one of the name asked for first; none if they lead nowhere. */
  readonly aliases: readonly ResourceRecord[];
  /** Addresses of the last target, if it is in the zone. */
  readonly addresses: readonly ResourceRecord[];
  /** The last target, if it is outside of the zone. */
  readonly outside: Name | undefined;
  /** What the names on the way depend on, but for the first. */
  readonly states: readonly State[];
}

/** Follows an alias as far as it goes within the zone. */
export function followAlias(
  first: Alias,
  qtype: number,
  zone: ClusterZone,
  find: NameFinder["find"],
): AliasChain {
  const aliases: ResourceRecord[] = [];
  const states: State[] = [];
  for (let alias = first; aliases.length < MAX_ALIASES;) {
    const { record, target } = alias;
    // An alias to itself, to a name below itself or to one that was there before is a loop.
    if (target.isWithin(record.owner) || aliases.some(({ owner }) => owner.equals(target))) break;
    aliases.push(record);
    if (!target.isWithin(zone.name)) return { aliases, addresses: [], outside: target, states };
    const { records, state } = find(zone, target.key);
    states.push(state);
    if (!records?.alias) {
      const addresses = (qtype === RrType.A ? records?.a : records?.aaaa) ?? [];
      return { ...leadTo(aliases, target, addresses), outside: undefined, states };
    }
    alias = records.alias;
  }
  return { aliases: [], addresses: [], outside: undefined, states };
}

/** Aliases that end without addresses are as good as none. */
function leadTo(
  aliases: readonly ResourceRecord[],
  target: Name,
  addresses: readonly ResourceRecord[],
): Pick<AliasChain, "aliases" | "addresses"> {
  if (addresses.length === 0) return { aliases: [], addresses: [] };
  return { aliases, addresses: addresses.map((record) => record.withOwner(target)) };
}
