import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { ResourceRecord } from "../dns/resource-record.ts";
import { isWildcardKey } from "../dns/wildcard.ts";
import { NamePath } from "./name-path.ts";
import type { FrozenNodes } from "./node-blocks.ts";
import { Field, fieldOf } from "./node-blocks.ts";
import { NodeTable, readKey } from "./node-table.ts";
import type { OctetArena } from "./octet-arena.ts";
import { OrderedNodes } from "./ordered-nodes.ts";
import type { Added, Rrset } from "./rrset-store.ts";
import { RrsetStore } from "./rrset-store.ts";

/** What a lookup wants to know of a node at once. */
export const NodeFlag = {
  /** A zone begins here that others serve: NS records, and not the apex (RFC 1034 §4.2.1). */
  CUT: 1,
  DNAME: 2,
  /** A name right below begins with the label `*` (RFC 4592 §2.1.1). */
  WILDCARD_BELOW: 4,
} as const;

const APEX = 0;

/**
 * The records of a zone: a node for each owner, and for each name between an owner and the apex (empty non-terminals, RFC 4592 §2.2.2).
 * Some 100 octets a record, none of it on V8's heap. It does not judge whether the records make a zone (`check-zone.ts`).
 */
export class ZoneData {
  readonly origin: Name;
  readonly #sets = new RrsetStore();
  readonly #table: NodeTable;
  readonly #path = new NamePath();
  /** Names with NSEC and with NSEC3 records: of most zones none. */
  readonly #denying: ReadonlyMap<number, OrderedNodes> = new Map(
    [RrType.NSEC, RrType.NSEC3].map((type) => [type, this.#ordered()]),
  );
  #records = 0;
  /** Records of the apex, which most replies have, as long as its RRsets are these. */
  readonly #apexRecords = new Map<number, readonly ResourceRecord[]>();
  #apexSets = 0;
  /** Of the name that was made last: the next one is often beside it. */
  #lastParent = APEX;

  /** @param expectedNames about how many there will be, if that is known: it makes loading faster */
  constructor(origin: Name, expectedNames = 0) {
    this.origin = origin;
    this.#table = new NodeTable(this.#sets.arena, expectedNames);
    this.#path.set(origin.key);
    this.#table.add(this.#path, 0, APEX);
  }

  /** How many there are. */
  get records(): number {
    return this.#records;
  }

  /** Names that exist, empty ones included. */
  get names(): number {
    return this.#table.size;
  }

  /** Memory that it takes. */
  get octets(): number {
    return this.#table.octets + this.#sets.arena.octets;
  }

  get apex(): ZoneNode {
    return new ZoneNode(this, APEX);
  }

  /** Of a type; none if there are none. */
  apexRecords(type: number): readonly ResourceRecord[] {
    const sets = this.#get(APEX, Field.SETS);
    if (sets !== this.#apexSets) this.#apexRecords.clear();
    this.#apexSets = sets;
    let records = this.#apexRecords.get(type);
    if (!records) {
      const rrset = this.#sets.get(sets, type);
      records = rrset ? recordsOf(this.origin, rrset) : [];
      this.#apexRecords.set(type, records);
    }
    return records;
  }

  /** The node of a name; undefined if there is no such name, or it is none of the zone. */
  find(name: Name): ZoneNode | undefined {
    const node = this.#table.find(this.#path.set(name.key), 0);
    return node < 0 ? undefined : new ZoneNode(this, node);
  }

  /** The number of the node of the name that begins at label `label` of a path; -1 if there is none. */
  findOnPath(path: NamePath, label: number): number {
    return this.#table.find(path, label);
  }

  /** The number of the node whose name stands at `offset` of another zone's octets; -1 if there is none. */
  findKept(arena: OctetArena, offset: number, hash: number): number {
    return this.#table.findKept(arena, offset, hash);
  }

  nodeAt(node: number): ZoneNode {
    return new ZoneNode(this, node);
  }

  /** Of the nodes from `node` up, the highest one with one of these flags; -1 if there is none. */
  highestWith(flags: number, node: number): number {
    let highest = -1;
    for (let at = node; at >= 0; at = this.parentOf(at))
      if ((this.#get(at, Field.FLAGS) & flags) !== 0) highest = at;
    return highest;
  }

  /** The node right above; -1 for the apex. */
  parentOf(node: number): number {
    return node === APEX ? -1 : this.#get(node, Field.PARENT);
  }

  /**
   * @throws {RangeError} if the owner is not within the zone, or there is no more room
   */
  add({ owner, type, ttlSeconds, rdata }: ResourceRecord): Added["what"] {
    const node = this.#ensure(owner);
    const { sets, what } = this.#sets.add(this.#get(node, Field.SETS), type, ttlSeconds, rdata);
    this.#set(node, Field.SETS, sets);
    if (what !== "duplicate") this.#records++;
    if (type === RrType.NS && node !== APEX) this.#flag(node, NodeFlag.CUT, true);
    if (type === RrType.DNAME) this.#flag(node, NodeFlag.DNAME, true);
    this.#denying.get(type)?.add(node);
    return what;
  }

  /** @returns whether it was there */
  remove({ owner, type, rdata }: Pick<ResourceRecord, "owner" | "type" | "rdata">): boolean {
    const node = this.#table.find(this.#path.set(owner.key), 0);
    if (node < 0) return false;
    const before = this.#get(node, Field.SETS);
    const sets = this.#sets.remove(before, type, rdata);
    if (sets === before) return false;
    this.#records--;
    this.#changeSets(node, sets);
    return true;
  }

  /**
   * Of the names with NSEC or NSEC3 records, the one with this key, or else the last one in canonical order in front of it; of
   * a key in front of all the last of all.
   */
  lastWith(type: typeof RrType.NSEC | typeof RrType.NSEC3, key: string): ZoneNode | undefined {
    const node = this.#denying.get(type)?.atOrBefore(key) ?? -1;
    return node < 0 ? undefined : new ZoneNode(this, node);
  }

  /** The zone as it is now, whatever becomes of it: the apex first, then in the order in which the names came. */
  freeze(): FrozenZone {
    return new FrozenZone(this.#table.nodes.freeze(), this.#table.nodes.count, this.#sets);
  }

  /** Of a node: for `ZoneNode`. */
  fieldOf(node: number, field: Field): number {
    return this.#table.nodes.get(node, field);
  }

  /** Of a node: for `ZoneNode`. */
  keyOf(node: number): string {
    return readKey(this.#sets.arena, this.#get(node, Field.NAME));
  }

  get rrsets(): RrsetStore {
    return this.#sets;
  }

  #ordered(): OrderedNodes {
    return new OrderedNodes((node) => this.keyOf(node));
  }

  #get(node: number, field: Field): number {
    return this.#table.nodes.get(node, field);
  }

  #set(node: number, field: Field, value: number): void {
    this.#table.nodes.set(node, field, value);
  }

  #flag(node: number, flag: number, isSet: boolean): void {
    const flags = this.#get(node, Field.FLAGS);
    this.#set(node, Field.FLAGS, isSet ? flags | flag : flags & ~flag);
  }

  /** The node of an owner, with those above it. */
  #ensure(owner: Name): number {
    const path = this.#path.set(owner.key);
    const found = this.#table.find(path, 0);
    if (found >= 0) return found;
    if (!owner.isWithin(this.origin)) {
      throw new RangeError(
        `Cannot add record of "${owner.toString()}": not within "${this.origin.toString()}"`,
      );
    }
    let label = 1;
    let parent = this.#table.isNamed(this.#lastParent, path, label)
      ? this.#lastParent
      : this.#table.find(path, label);
    while (parent < 0) parent = this.#table.find(path, ++label);
    while (label > 0) {
      this.#lastParent = parent;
      label--;
      this.#set(parent, Field.CHILDREN, this.#get(parent, Field.CHILDREN) + 1);
      if (isWildcardKey(path.key, path.starts[label]))
        this.#flag(parent, NodeFlag.WILDCARD_BELOW, true);
      parent = this.#table.add(path, label, parent);
    }
    return parent;
  }

  #changeSets(node: number, sets: number): void {
    this.#set(node, Field.SETS, sets);
    for (const [type, ordered] of this.#denying)
      if (!ordered.isEmpty && !this.#sets.has(sets, type)) ordered.remove(node);
    if (!this.#sets.has(sets, RrType.NS)) this.#flag(node, NodeFlag.CUT, false);
    if (!this.#sets.has(sets, RrType.DNAME)) this.#flag(node, NodeFlag.DNAME, false);
    if (sets === 0) this.#prune(node);
  }

  /** A name that has no records, and none below it, does not exist; nor may those above. */
  #prune(from: number): void {
    for (let node = from; node !== APEX;) {
      if (this.#get(node, Field.SETS) !== 0 || this.#get(node, Field.CHILDREN) > 0) return;
      this.#table.remove(node);
      this.#lastParent = APEX;
      const parent = this.#get(node, Field.PARENT);
      this.#set(parent, Field.CHILDREN, this.#get(parent, Field.CHILDREN) - 1);
      if (isWildcardKey(this.keyOf(node))) this.#flag(parent, NodeFlag.WILDCARD_BELOW, false);
      node = parent;
    }
  }
}

/** A name of a zone, while nothing is changed. */
export class ZoneNode {
  readonly #data: ZoneData;
  readonly #node: number;

  constructor(data: ZoneData, node: number) {
    this.#data = data;
    this.#node = node;
  }

  get key(): string {
    return this.#data.keyOf(this.#node);
  }

  get isApex(): boolean {
    return this.#node === APEX;
  }

  get isCut(): boolean {
    return (this.#data.fieldOf(this.#node, Field.FLAGS) & NodeFlag.CUT) !== 0;
  }

  get hasDname(): boolean {
    return (this.#data.fieldOf(this.#node, Field.FLAGS) & NodeFlag.DNAME) !== 0;
  }

  get hasWildcardBelow(): boolean {
    return (this.#data.fieldOf(this.#node, Field.FLAGS) & NodeFlag.WILDCARD_BELOW) !== 0;
  }

  get hasNamesBelow(): boolean {
    return this.#data.fieldOf(this.#node, Field.CHILDREN) > 0;
  }

  /** Whether it has no records: an empty non-terminal. */
  get isEmpty(): boolean {
    return this.#data.fieldOf(this.#node, Field.SETS) === 0;
  }

  /** The RRset of a type; of RRSIG the one that covers `covered`. */
  rrset(type: number, covered = 0): Rrset | undefined {
    return this.#data.rrsets.get(this.#data.fieldOf(this.#node, Field.SETS), type, covered);
  }

  rrsets(): Rrset[] {
    return this.#data.rrsets.all(this.#data.fieldOf(this.#node, Field.SETS));
  }
}

export interface OwnerTypes {
  /** Of its RRsets. */
  readonly types: readonly number[];
  readonly owner: () => Name;
  readonly rrsets: () => Rrset[];
}

/** A zone as it was at a moment. */
export class FrozenZone {
  readonly #nodes: FrozenNodes;
  readonly #count: number;
  readonly #store: RrsetStore;

  constructor(nodes: FrozenNodes, count: number, store: RrsetStore) {
    this.#nodes = nodes;
    this.#count = count;
    this.#store = store;
  }

  /** RRsets with their owners. Lazy: of a million records no more than one is made at a time. */
  *rrsets(): Generator<Rrset & { readonly owner: Name }, void> {
    for (const { owner: nameOf, rrsets } of this.owners()) {
      const owner = nameOf();
      for (const rrset of rrsets()) yield { owner, ...rrset };
    }
  }

  /** Each name with records: which types they have, and the rest for who wants to know. */
  *owners(): Generator<OwnerTypes, void> {
    for (let node = 0; node < this.#count; node++) if (this.#sets(node) !== 0) yield this.#at(node);
  }

  /**
   * The same in canonical order of their names (RFC 4034 §6.1). Yields for each name while it puts them in order, so that a large zone
   * can be done a piece at a time.
   */
  *sortedOwners(): Generator<undefined, Iterable<OwnerTypes>> {
    const order = new OrderedNodes((node) => this.#keyOf(node));
    for (let node = 0; node < this.#count; node++) {
      if (this.#sets(node) === 0) continue;
      order.add(node);
      yield undefined;
    }
    return order.nodes().map((node) => this.#at(node));
  }

  /**
   * Names whose RRsets another zone does not have, octet by octet and in the same order; undefined for each that it has so, for whoever
   * counts pieces. Of a million names nearly all are the same in two versions, so nothing is made of those.
   */
  *differingFrom(other: ZoneData): Generator<OwnerTypes | undefined, void> {
    const { arena } = this.#store;
    for (let node = 0; node < this.#count; node++) {
      const sets = this.#sets(node);
      if (sets === 0) continue;
      const hash = fieldOf(this.#nodes, node, Field.HASH);
      const there = other.findKept(arena, fieldOf(this.#nodes, node, Field.NAME), hash);
      const isSame =
        there >= 0 && this.#store.isSame(sets, other.rrsets, other.fieldOf(there, Field.SETS));
      yield isSame ? undefined : this.#at(node);
    }
  }

  *records(): Generator<ResourceRecord, void> {
    for (const { owner, ...rrset } of this.rrsets()) yield* recordsOf(owner, rrset);
  }

  #at(node: number): OwnerTypes {
    const sets = this.#sets(node);
    return {
      types: this.#store.types(sets),
      owner: () => Name.fromWire(this.#keyOf(node)),
      rrsets: () => this.#store.all(sets),
    };
  }

  #sets(node: number): number {
    return fieldOf(this.#nodes, node, Field.SETS);
  }

  #keyOf(node: number): string {
    return readKey(this.#store.arena, fieldOf(this.#nodes, node, Field.NAME));
  }
}

/** The records of an RRset, with their owner. */
export function recordsOf(owner: Name, { type, ttlSeconds, rdata }: Rrset): ResourceRecord[] {
  return rdata.map((one) => new ResourceRecord(owner, type, RrClass.IN, ttlSeconds, one));
}
