import { Flag } from "../dns/header.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import { WireReader } from "../dns/wire-reader.ts";
import { Reply } from "../server/contract/reply.ts";

type Records = readonly ResourceRecord[];
/** The records of one owner, by type. */
type Node = ReadonlyMap<number, Records>;

/** What one name says about one type; an alias has not been followed. */
type Finding =
  | { readonly kind: "answer" | "alias" | "referral"; readonly records: Records }
  | { readonly kind: "nodata" | "nxdomain" };

/** Aliases followed for one question. */
const MAX_ALIASES = 9;

/** Offset in RDATA of the name whose addresses are worth adding, by type. */
const TARGET_OFFSET = new Map<number, number>([
  [RrType.NS, 0],
  [RrType.MX, 2],
  [RrType.SRV, 6],
  [RrType.SVCB, 2],
  [RrType.HTTPS, 2],
]);

/**
 * An unsigned zone that answers as CoreDNS's `file` plugin does: wildcards, empty non-terminals,
 * aliases, zone cuts, NS records in positive answers. For tests only.
 */
export class TestZone {
  readonly origin: Name;
  readonly #soa: ResourceRecord;
  readonly #nodes = new Map<string, Map<number, Records>>();
  readonly #emptyNonTerminals = new Set<string>();

  /** @throws {TypeError} if there is no SOA record among them. */
  constructor(records: Records) {
    const soa = records.find(({ type }) => type === RrType.SOA);
    if (!soa) throw new TypeError("Cannot make zone: no SOA record");
    this.#soa = soa;
    this.origin = soa.owner;
    for (const record of records) this.#insert(record);
  }

  /** The reply for a name within the zone. */
  reply(qname: Name, qtype: number): Reply {
    if (qtype === RrType.AXFR || qtype === RrType.IXFR) return new Reply(Rcode.REFUSED);
    const aliases: ResourceRecord[] = [];
    let finding = this.#find(qname, qtype);
    while (finding.kind === "alias" && aliases.length < MAX_ALIASES) {
      const [alias] = finding.records;
      if (!alias || aliases.includes(alias)) break;
      aliases.push(alias);
      finding = this.#find(nameAt(alias, 0), qtype);
    }
    return this.#compose(qname, aliases, finding);
  }

  #compose(qname: Name, aliases: Records, finding: Finding): Reply {
    const reply = Reply.authoritative(aliases);
    if (finding.kind === "referral") {
      if (aliases.length === 0) reply.flags &= ~Flag.AA;
      reply.authority = finding.records;
      reply.additional = this.#addresses(finding.records);
    } else if (finding.kind === "nxdomain") {
      reply.rcode = Rcode.NXDOMAIN;
      reply.authority = [this.#soa];
    } else if (finding.kind === "nodata" && aliases.length === 0) {
      reply.authority = [this.#soa];
    } else {
      const found = finding.kind === "answer" ? finding.records : [];
      reply.answer = [...aliases, ...found];
      this.#complete(reply, qname, found);
    }
    return reply;
  }

  /** The zone's NS records, unless they are the answer, and addresses of what the answer names. */
  #complete(reply: Reply, qname: Name, found: Records): void {
    const nameServers = this.#nodes.get(this.origin.key)?.get(RrType.NS) ?? [];
    const isApexNs = found[0]?.type === RrType.NS && qname.equals(this.origin);
    reply.authority = isApexNs ? [] : nameServers;
    reply.additional = this.#addresses(found);
  }

  #find(qname: Name, qtype: number): Finding {
    if (!qname.isWithin(this.origin)) return { kind: "nxdomain" };
    const cut = this.#zoneCut(qname, qtype);
    if (cut) return { kind: "referral", records: cut };
    const node = this.#nodes.get(qname.key);
    if (node) return judge(node, qtype);
    if (this.#emptyNonTerminals.has(qname.key)) return { kind: "nodata" };
    const wildcard = this.#wildcard(qname);
    return wildcard ? synthesize(judge(wildcard, qtype), qname) : { kind: "nxdomain" };
  }

  /** NS records of the highest zone cut on the way from the apex to the name. */
  #zoneCut(qname: Name, qtype: number): Records | undefined {
    let cut: Records | undefined;
    for (let name = qname; !name.equals(this.origin); name = name.parent()) {
      const isParentSide = qtype === RrType.DS && name.equals(qname);
      const nameServers = this.#nodes.get(name.key)?.get(RrType.NS);
      if (nameServers && !isParentSide) cut = nameServers;
    }
    return cut;
  }

  /** The wildcard below the closest encloser (RFC 4592 §3.3.1). */
  #wildcard(qname: Name): Node | undefined {
    let encloser = qname.parent();
    while (!this.#nodes.has(encloser.key) && !this.#emptyNonTerminals.has(encloser.key)) {
      encloser = encloser.parent();
    }
    return this.#nodes.get(`\u0001*${encloser.key}`);
  }

  #addresses(records: Records): Records {
    const seen = new Set<string>();
    return records.flatMap((record) => {
      const offset = TARGET_OFFSET.get(record.type);
      const target = offset === undefined ? undefined : nameAt(record, offset);
      if (!target || seen.has(target.key)) return [];
      seen.add(target.key);
      const node = this.#nodes.get(target.key);
      return [...(node?.get(RrType.A) ?? []), ...(node?.get(RrType.AAAA) ?? [])];
    });
  }

  #insert(record: ResourceRecord): void {
    const { owner, type } = record;
    if (!owner.isWithin(this.origin)) {
      throw new TypeError(`Cannot make zone: "${owner.toString()}" is not in it`);
    }
    const node = this.#nodes.get(owner.key) ?? new Map<number, Records>();
    node.set(type, [...(node.get(type) ?? []), record]);
    this.#nodes.set(owner.key, node);
    if (owner.equals(this.origin)) return;
    for (let name = owner.parent(); !name.equals(this.origin); name = name.parent()) {
      this.#emptyNonTerminals.add(name.key);
    }
  }
}

function judge(node: Node, qtype: number): Finding {
  const alias = node.get(RrType.CNAME);
  if (alias && qtype !== RrType.CNAME) return { kind: "alias", records: alias };
  const records = node.get(qtype);
  return records ? { kind: "answer", records } : { kind: "nodata" };
}

/** What a wildcard says, said of the name; in lower case, as CoreDNS does. */
function synthesize(finding: Finding, qname: Name): Finding {
  if (!("records" in finding)) return finding;
  const owner = Name.fromWire(qname.key, qname.key);
  return { ...finding, records: finding.records.map((record) => record.withOwner(owner)) };
}

function nameAt(record: ResourceRecord, offset: number): Name {
  return new WireReader(record.rdata, offset).name();
}
