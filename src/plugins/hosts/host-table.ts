import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { PTR } from "../../dns/rdata/rfc1035-names.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { HostAddress } from "./host-line.ts";
import { parseHostAddress, parseHostLine, reverseName } from "./host-line.ts";

/** Address records of one name, in the order of the lines. */
export interface Host {
  readonly a: readonly ResourceRecord[];
  readonly aaaa: readonly ResourceRecord[];
}

export interface HostTableOptions {
  readonly zones: readonly Name[];
  readonly ttlSeconds: number;
  readonly hasReverse: boolean;
}

/** All records that the lines of hosts files stand for, made when a line is added. */
export class HostTable {
  readonly #options: HostTableOptions;
  readonly #hosts = new Map<string, { a: ResourceRecord[]; aaaa: ResourceRecord[] }>();
  readonly #pointers = new Map<string, ResourceRecord[]>();
  /** By address as written, so that one buffer serves all names of an address. */
  readonly #addresses = new Map<string, HostAddress | undefined>();
  #size = 0;

  constructor(options: HostTableOptions) {
    this.#options = options;
  }

  /** Number of records. */
  get size(): number {
    return this.#size;
  }

  /** Adds a line; names outside of the zones are left out. */
  add(text: string): void {
    const line = parseHostLine(text);
    const address = line && this.#address(line.address);
    if (!address) return;
    const names = line.names.filter((name) => this.#serves(name));
    for (const name of names) this.#addName(Name.fromWire(name.key, name.key), address);
  }

  /**
   * The records of a name, or of the wildcard right above it (RFC 4592). The root has none: a
   * stray `*` must not answer for all top-level domains.
   */
  find(qname: Name): Host | undefined {
    const { key } = qname;
    const host = this.#hosts.get(key);
    if (host) return host;
    const parent = key.slice(key.charCodeAt(0) + 1);
    const wildcard = parent.length > 1 ? this.#hosts.get(`\u0001*${parent}`) : undefined;
    if (!wildcard) return undefined;
    const owner = Name.fromWire(key, key);
    return {
      a: wildcard.a.map((record) => record.withOwner(owner)),
      aaaa: wildcard.aaaa.map((record) => record.withOwner(owner)),
    };
  }

  /** The PTR records of a reverse name. */
  pointers(qname: Name): readonly ResourceRecord[] | undefined {
    return this.#pointers.get(qname.key);
  }

  #address(text: string): HostAddress | undefined {
    if (this.#addresses.has(text)) return this.#addresses.get(text);
    const address = parseHostAddress(text);
    this.#addresses.set(text, address);
    return address;
  }

  #serves(name: Name): boolean {
    return name.isWithinAny(this.#options.zones);
  }

  #addName(name: Name, address: HostAddress): void {
    const host = this.#hosts.get(name.key) ?? { a: [], aaaa: [] };
    this.#hosts.set(name.key, host);
    const records = address.type === RrType.A ? host.a : host.aaaa;
    // No record twice in an RRset (RFC 2181 §5).
    if (records.some(({ rdata }) => rdata.equals(address.rdata))) return;
    records.push(this.#record(name, address.type, address.rdata));
    const isWildcard = name.key.startsWith("\u0001*");
    if (this.#options.hasReverse && !isWildcard) this.#addPointer(name, address);
  }

  #addPointer(name: Name, address: HostAddress): void {
    const owner = reverseName(address);
    const pointers = this.#pointers.get(owner.key) ?? [];
    this.#pointers.set(owner.key, pointers);
    pointers.push(this.#record(owner, RrType.PTR, PTR.encode({ target: name })));
  }

  #record(owner: Name, type: number, rdata: Buffer): ResourceRecord {
    this.#size++;
    return new ResourceRecord(owner, type, RrClass.IN, this.#options.ttlSeconds, rdata);
  }
}
