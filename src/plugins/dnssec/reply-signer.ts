import { authorityTtl, boundDenials } from "../../dns/denial-ttl.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Reply } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import type { NameKind } from "./black-lies.ts";
import { blackLie } from "./black-lies.ts";
import type { Section } from "./sections.ts";
import { signSections } from "./sections.ts";
import type { SignatureStore } from "./signatures.ts";
import type { SignedZones } from "./signed-zones.ts";
import type { Unproved } from "./unproved.ts";
import { unprovedBy } from "./unproved.ts";

/** The proof that a reply gets, and the zone that signs it. */
interface Proof {
  readonly record: ResourceRecord;
  readonly signer: Name;
}

/** Adds to replies what clients that validate need: proofs, and signatures. */
export class ReplySigner {
  readonly #zones: SignedZones;
  readonly #store: SignatureStore;

  constructor(zones: SignedZones, store: SignatureStore) {
    this.#zones = zones;
    this.#store = store;
  }

  /** @param next the chain behind, for what a reply leaves open */
  sign(query: Query, reply: Reply, next: Next): Reply | Promise<Reply> {
    const cut = reply.authority.find((record) => this.#isOfCut(record));
    const unproved = unprovedBy(query, reply, cut);
    if (!unproved) return this.addSignatures(query, reply, cut);
    const { name, basis } = unproved;
    const asksParent = query.qtype === RrType.DS || unproved.what === "unsigned";
    const signer = this.#zones.signerOf(name, asksParent ? RrType.DS : query.qtype);
    if (!signer || !basis.owner.isWithin(signer)) return this.addSignatures(query, reply, cut);
    const prove = (kind: NameKind): Reply | Promise<Reply> => {
      const record = proofOf(query, reply, unproved, kind);
      return this.addSignatures(query, withProof(query, reply, record), cut, { record, signer });
    };
    const referOrProve = (signed: readonly ResourceRecord[]): Reply | Promise<Reply> => {
      if (signed.length === 0) return prove("cut");
      reply.authority = [...reply.authority, ...signed];
      return this.addSignatures(query, reply, cut);
    };
    if (name.equals(signer)) return prove("apex");
    const ask = { query, name, reply, next };
    if (unproved.what === "unsigned") return after(recordsOf(ask, RrType.DS), referOrProve);
    if (query.qtype !== RrType.DS) return prove("other");
    // Only of a cut may the proof say that it has name servers.
    return after(recordsOf(ask, RrType.NS), ({ length }) => prove(length > 0 ? "cut" : "other"));
  }

  /** The same, without proofs. */
  addSignatures(
    { mayWait }: Query,
    reply: Reply,
    cut?: ResourceRecord,
    proof?: Proof,
  ): Reply | Promise<Reply> {
    return signSections(reply, {
      signerOf: (record, section) => {
        if (record === proof?.record) return proof.signer;
        return this.#signerOf(record, section, cut?.owner);
      },
      knows: (tag, algorithm) => this.#store.knows(tag, algorithm),
      signaturesOf: (rrset) => this.#store.of(rrset, mayWait),
    });
  }

  /** Of what is beyond a cut, only DS records are of the zone above it (RFC 4035 §2.2). */
  #signerOf(record: ResourceRecord, section: Section, cut: Name | undefined): Name | undefined {
    const { owner, type } = record;
    if (this.#isOfCut(record)) return undefined;
    if (section !== "answer" && cut && owner.isWithin(cut) && type !== RrType.DS) return undefined;
    return this.#zones.signerOf(owner, type);
  }

  #isOfCut({ type, owner }: ResourceRecord): boolean {
    return type === RrType.NS && !this.#zones.isApex(owner);
  }
}

function proofOf(
  { qtype }: Query,
  { hasOrderedTtls }: Reply,
  { name, basis, what }: Unproved,
  kind: NameKind,
): ResourceRecord {
  const ttlSeconds = hasOrderedTtls ? basis.ttlSeconds : authorityTtl(basis);
  return blackLie(name, kind, what === "unsigned" ? RrType.DS : qtype, ttlSeconds);
}

/** A name that is there, without the type, is what the proof makes of one that is not (RFC 9824 §2). */
function withProof({ qtype }: Query, reply: Reply, proof: ResourceRecord): Reply {
  const { answer, authority, hasOrderedTtls } = reply;
  reply.rcode = Rcode.NOERROR;
  if (qtype === RrType.NSEC) {
    reply.answer = [...answer, proof];
    reply.authority = [];
  } else {
    reply.authority = [...(hasOrderedTtls ? authority : boundDenials(authority)), proof];
  }
  return reply;
}

interface Ask {
  readonly query: Query;
  readonly name: Name;
  readonly reply: Reply;
  readonly next: Next;
}

/** What the chain behind has of a name, which the reply then depends on, too. A zone that is not signed keeps DS records to itself. */
function recordsOf(
  { query, name, reply, next }: Ask,
  type: number,
): readonly ResourceRecord[] | Promise<readonly ResourceRecord[]> {
  const found = (outcome: Outcome): readonly ResourceRecord[] => {
    if (outcome === DROPPED) return [];
    reply.narrow(outcome.validity);
    return [...outcome.answer, ...outcome.authority].filter(
      (record) => record.type === type && record.owner.equals(name),
    );
  };
  const result = next(query.derive({ qname: name, qtype: type, isOwn: true }));
  return result instanceof Promise ? result.then(found) : found(result);
}

function after<T, U>(value: T | Promise<T>, then: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(then) : then(value);
}
