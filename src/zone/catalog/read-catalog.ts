import { setImmediate } from "node:timers/promises";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { PTR } from "../../dns/rdata/rfc1035-names.ts";
import { TXT } from "../../dns/rdata/txt.ts";
import type { ZoneData } from "../zone-data.ts";

const VERSION = "2";
const VERSION_LABEL = "\u0007version";
const ZONES_LABEL = "\u0005zones";
const COO_LABEL = "\u0003coo";
/** RRsets that are looked at between two looks at what else there is to do. */
const SLICE_RRSETS = 500;
/** Of one catalog: each is asked for and kept in memory. */
const MAX_MEMBERS = 50_000;

/** One zone of a catalog (RFC 9432 §4.1). */
export interface CatalogMember {
  readonly zone: Name;
  /** The label of its node, in lower case: another one says that the zone is to be begun anew (§5.4). */
  readonly label: string;
  /** The catalog that may take it over (§4.4.1). */
  readonly newOwner: Name | undefined;
}

/** What a catalog zone lists, by the keys of the zones. */
export type Catalog = ReadonlyMap<string, CatalogMember>;

interface MemberNode {
  readonly zones: Name[];
  readonly newOwners: Name[];
}

/**
 * Reads a zone as a catalog of zones (RFC 9432), in slices.
 * @throws {SyntaxError} if it is none, or not of the version that is known
 */
export async function readCatalog(data: ZoneData): Promise<Catalog> {
  checkVersion(data);
  const above = Name.fromWire(ZONES_LABEL + data.origin.key);
  const nodes = new Map<string, MemberNode>();
  let count = 0;
  for (const { owner, type, rdata } of data.freeze().rrsets()) {
    if (++count % SLICE_RRSETS === 0) await setImmediate();
    if (type !== RrType.PTR || !owner.isWithin(above)) continue;
    const [first, second, ...rest] = labelsOf(owner.key.slice(0, -above.key.length));
    if (first === undefined || rest.length > 0) continue;
    const targets = rdata.flatMap((one) => PTR.decode(one)?.target ?? []);
    if (second === undefined) nodeOf(nodes, first).zones.push(...targets);
    else if (first === COO_LABEL) nodeOf(nodes, second).newOwners.push(...targets);
  }
  return membersOf(nodes);
}

function checkVersion(data: ZoneData): void {
  const owner = Name.fromWire(VERSION_LABEL + data.origin.key);
  const versions = data.find(owner)?.rrset(RrType.TXT)?.rdata ?? [];
  if (versions.length !== 1)
    throw new SyntaxError(`${versions.length} TXT records of "${owner.toString()}" instead of one`);
  const text = versions.flatMap((one) => TXT.decode(one)?.strings ?? []).join("");
  if (text !== VERSION)
    throw new SyntaxError(`version ${JSON.stringify(text)}, where only "${VERSION}" is known`);
}

function membersOf(nodes: ReadonlyMap<string, MemberNode>): Catalog {
  const members = new Map<string, CatalogMember>();
  for (const [label, { zones, newOwners }] of nodes) {
    const [zone, another] = zones;
    const node = JSON.stringify(label.slice(1));
    // A property of a node that is none says nothing.
    if (!zone) continue;
    if (another) throw new SyntaxError(`member ${node} has ${zones.length} PTR records`);
    if (newOwners.length > 1) throw new SyntaxError(`member ${node} has several "coo" records`);
    if (members.size === MAX_MEMBERS) throw new SyntaxError(`over ${MAX_MEMBERS} members`);
    if (members.has(zone.key))
      throw new SyntaxError(`two members are the zone "${zone.toString()}"`);
    members.set(zone.key, { zone, label, newOwner: newOwners[0] });
  }
  return members;
}

function nodeOf(nodes: Map<string, MemberNode>, label: string): MemberNode {
  const known = nodes.get(label);
  if (known) return known;
  const node: MemberNode = { zones: [], newOwners: [] };
  nodes.set(label, node);
  return node;
}

/** Each with its length octet. */
function labelsOf(wire: string): string[] {
  const labels: string[] = [];
  for (let at = 0; at < wire.length; at += wire.charCodeAt(at) + 1)
    labels.push(wire.slice(at, at + wire.charCodeAt(at) + 1));
  return labels;
}
