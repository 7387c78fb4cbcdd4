import { Rcode } from "../dns/iana/rcode.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { boundDenials } from "../dns/denial-ttl.ts";
import { Name } from "../dns/name.ts";
import { DNAME } from "../dns/rdata/dname.ts";
import { CNAME } from "../dns/rdata/rfc1035-names.ts";
import { ResourceRecord } from "../dns/resource-record.ts";
import { RrClass } from "../dns/iana/rr-class.ts";
import { hasTargets, targetsOf } from "./additional-names.ts";
import type { Denial } from "./denial.ts";
import { denialOf } from "./denial.ts";
import type { Rrset } from "./rrset-store.ts";
import type { Met, Missing } from "./walk.ts";
import { walkTo } from "./walk.ts";
import type { ZoneData, ZoneNode } from "./zone-data.ts";
import { recordsOf } from "./zone-data.ts";

/** What a zone says to a question (RFC 1034 §4.3.2, RFC 4035 §3.1, RFC 6672 §3.2). */
export interface ZoneAnswer {
  readonly rcode: number;
  /** Whether the first owner of the answer is ours: not of a referral. */
  readonly isAuthoritative: boolean;
  readonly answer: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  /** Where the last alias of the answer leads, if that is not in the zone: to be asked of others. */
  readonly target: Name | undefined;
}

export interface ZoneQuestion {
  /** Within the zone. */
  readonly qname: Name;
  readonly qtype: number;
  /** Whether signatures and proofs are wanted (RFC 3225). */
  readonly dnssecOk: boolean;
}

/** No chain of aliases that somebody means is as long. */
const MAX_ALIASES = 16;

const PROOFS: ReadonlySet<number> = new Set([RrType.RRSIG, RrType.NSEC, RrType.NSEC3]);

/** Answers a question out of a zone. */
export function lookUp(data: ZoneData, question: ZoneQuestion): ZoneAnswer {
  return new Lookup(data, question).run();
}

/** One question on its way: aliases begin it anew, and the answer grows. */
class Lookup {
  readonly #data: ZoneData;
  readonly #qtype: number;
  readonly #dnssecOk: boolean;
  readonly #answer: ResourceRecord[] = [];
  readonly #authority: ResourceRecord[] = [];
  readonly #additional: ResourceRecord[] = [];
  #denial: Denial | undefined;
  /** DNAME records of the answer by their owners, with the length of the name that they were used for. */
  #redirected: Map<string, number> | undefined;
  /** What is looked for now. */
  #name: Name;
  #rcode: number = Rcode.NOERROR;
  #isReferral = false;
  #target: Name | undefined;

  constructor(data: ZoneData, { qname, qtype, dnssecOk }: ZoneQuestion) {
    this.#data = data;
    this.#name = qname;
    this.#qtype = qtype;
    this.#dnssecOk = dnssecOk;
  }

  run(): ZoneAnswer {
    const seen: string[] = [];
    // As the zone has it, not as the question is written.
    let next: Name | undefined = this.#name;
    while (next && seen.length < MAX_ALIASES && !seen.includes(next.key)) {
      if (!next.isWithin(this.#data.origin)) {
        this.#target = next;
        break;
      }
      seen.push(next.key);
      this.#name = next.wire === next.key ? next : Name.fromWire(next.key);
      next = this.#step(walkTo(this.#data, this.#name));
    }
    if (next && this.#target === undefined) this.#endWithAliases();
    return {
      rcode: this.#rcode,
      isAuthoritative: !this.#isReferral || this.#answer.length > 0,
      answer: this.#answer,
      authority: this.#authority,
      additional: this.#additional,
      target: this.#target,
    };
  }

  /** @returns the name that an alias leads to */
  #step(met: Met): Name | undefined {
    switch (met.what) {
      case "cut":
        return this.#refer(met.node);
      case "dname":
        return this.#redirect(met.node);
      case "missing":
        return met.wildcard ? this.#atNode(met.wildcard, met) : this.#nothing(met);
      default:
        // Of a cut only the DS records are this zone's (RFC 4035 §3.1.4.1).
        return met.node.isCut && this.#qtype !== RrType.DS
          ? this.#refer(met.node)
          : this.#atNode(met.node, undefined);
    }
  }

  /** @param missing if the node is a wildcard that stands for the name */
  #atNode(node: ZoneNode, missing: Missing | undefined): Name | undefined {
    const alias = this.#followsAliases() ? node.rrset(RrType.CNAME) : undefined;
    const rrsets = alias ? [alias] : this.#wanted(node);
    if (rrsets.length === 0) {
      this.#deny(Rcode.NOERROR, () =>
        missing ? this.#proof().wildcardNodata(missing) : this.#proof().nodata(this.#name),
      );
      return undefined;
    }
    for (const rrset of rrsets) this.#push(this.#answer, this.#name, node, rrset);
    if (missing && this.#dnssecOk) this.#prove(this.#proof().wildcard(missing));
    if (alias) return CNAME.decode(alias.rdata[0] ?? Buffer.alloc(0))?.target;
    this.#addApexServers(node);
    this.#addAddresses(rrsets);
    return undefined;
  }

  #followsAliases(): boolean {
    const qtype = this.#qtype;
    return (
      qtype !== RrType.CNAME &&
      qtype !== RrType.ANY &&
      qtype !== RrType.RRSIG &&
      qtype !== RrType.NSEC
    );
  }

  #wanted(node: ZoneNode): Rrset[] {
    const qtype = this.#qtype;
    if (qtype === RrType.ANY) return this.#anyOf(node);
    if (qtype === RrType.RRSIG) return node.rrsets().filter(({ type }) => type === RrType.RRSIG);
    const rrset = node.rrset(qtype);
    return rrset ? [rrset] : [];
  }

  /** One RRset is answer enough (RFC 8482 §4.1), and nothing that others could be flooded with: data rather than proofs of it. */
  #anyOf(node: ZoneNode): Rrset[] {
    const all = node.rrsets().toSorted((a, b) => a.type - b.type);
    return [all.find(({ type }) => !PROOFS.has(type)) ?? all[0]].filter((one) => one !== undefined);
  }

  /** The zone goes on elsewhere (RFC 1034 §4.3.2, step 3b). */
  #refer(node: ZoneNode): undefined {
    this.#isReferral = true;
    const owner = Name.fromWire(node.key);
    const servers = node.rrset(RrType.NS);
    if (!servers) return undefined;
    this.#authority.push(...recordsOf(owner, servers));
    if (this.#dnssecOk) {
      const signed = node.rrset(RrType.RRSIG, RrType.DS) && node.rrset(RrType.DS);
      if (signed) this.#push(this.#authority, owner, node, signed);
      else this.#prove(this.#proof().unsigned(owner));
    }
    this.#addAddresses([servers], true);
    return undefined;
  }

  /** All below a DNAME record is elsewhere, name by name (RFC 6672 §2.2 and §3.1). */
  #redirect(node: ZoneNode): Name | undefined {
    const owner = Name.fromWire(node.key);
    const rrset = node.rrset(RrType.DNAME);
    const target = rrset && DNAME.decode(rrset.rdata[0] ?? Buffer.alloc(0))?.target;
    if (!rrset || !target) return undefined;
    const before = this.#redirected?.get(owner.key);
    // A name that it makes longer each time comes to no end: what has been said is all that can be.
    if (before !== undefined && this.#name.wire.length > before) return this.#endWithAliases();
    if (before === undefined) this.#push(this.#answer, owner, node, rrset);
    (this.#redirected ??= new Map()).set(owner.key, this.#name.wire.length);
    const kept = this.#name.wire.length - owner.wire.length;
    const prefix = Name.fromWire(
      `${this.#name.wire.slice(0, kept)}\0`,
      `${this.#name.key.slice(0, kept)}\0`,
    );
    const substituted = prefix.concat(target);
    if (!substituted) {
      this.#rcode = Rcode.YXDOMAIN;
      return undefined;
    }
    const rdata = Buffer.from(substituted.wire, "latin1");
    this.#answer.push(
      new ResourceRecord(this.#name, RrType.CNAME, RrClass.IN, rrset.ttlSeconds, rdata),
    );
    return this.#qtype === RrType.CNAME ? undefined : substituted;
  }

  /** A circle of aliases has no end: the records themselves are all that can be told. */
  #endWithAliases(): undefined {
    this.#addApexServers(this.#data.apex);
  }

  #nothing(missing: Missing): undefined {
    this.#deny(Rcode.NXDOMAIN, () => this.#proof().nxdomain(missing));
    return undefined;
  }

  #deny(rcode: number, proof: () => readonly ResourceRecord[]): void {
    this.#rcode = rcode;
    const [own] = boundDenials(this.#data.apexRecords(RrType.SOA));
    if (!own) return;
    this.#authority.push(own);
    if (!this.#dnssecOk) return;
    for (const one of this.#apexSignatures(RrType.SOA))
      this.#authority.push(one.withTtl(own.ttlSeconds));
    this.#prove(proof());
  }

  /** As CoreDNS does: who asks also learns the zone's name servers. */
  #addApexServers(node: ZoneNode): void {
    if (node.isApex && (this.#qtype === RrType.NS || this.#qtype === RrType.ANY)) return;
    this.#authority.push(...this.#data.apexRecords(RrType.NS));
    if (this.#dnssecOk) this.#authority.push(...this.#apexSignatures(RrType.NS));
  }

  #apexSignatures(covered: number): readonly ResourceRecord[] {
    const { apex, origin } = this.#data;
    const signatures = apex.rrset(RrType.RRSIG, covered);
    return signatures ? recordsOf(origin, signatures) : [];
  }

  /** @param isGlue of servers of a zone below: what we have of their addresses is not ours, and has no signatures */
  #addAddresses(rrsets: readonly Rrset[], isGlue = false): void {
    if (!rrsets.some(({ type }) => hasTargets(type))) return;
    const targets = rrsets.flatMap(targetsOf);
    if (targets.length === 0) return;
    const added = new Set<string>();
    for (const target of targets) {
      if (added.has(target.key)) continue;
      added.add(target.key);
      const node = target.isWithin(this.#data.origin) ? this.#data.find(target) : undefined;
      if (!node) continue;
      for (const type of [RrType.A, RrType.AAAA]) {
        const addresses = node.rrset(type);
        if (addresses && isGlue) this.#additional.push(...recordsOf(target, addresses));
        else if (addresses) this.#push(this.#additional, target, node, addresses);
      }
    }
  }

  /** An RRset, with its signatures for those who want them. */
  #push(section: ResourceRecord[], owner: Name, node: ZoneNode, rrset: Rrset): void {
    for (const one of rrset.rdata)
      section.push(new ResourceRecord(owner, rrset.type, RrClass.IN, rrset.ttlSeconds, one));
    if (!this.#dnssecOk || rrset.type === RrType.RRSIG) return;
    const signatures = node.rrset(RrType.RRSIG, rrset.type);
    if (signatures) section.push(...recordsOf(owner, signatures));
  }

  /** One record may prove several things, on the way of an alias. */
  #prove(records: readonly ResourceRecord[]): void {
    const isNew = ({ owner, rdata }: ResourceRecord): boolean =>
      !this.#authority.some((one) => one.owner.equals(owner) && one.rdata.equals(rdata));
    this.#authority.push(...records.filter(isNew));
  }

  #proof(): Denial {
    return (this.#denial ??= denialOf(this.#data));
  }
}
