import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { NSEC } from "../../dns/rdata/nsec.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { OwnerTypes } from "../zone-data.ts";
import { recordsOf } from "../zone-data.ts";
import type { SigningKey } from "./signing-key.ts";
import type { ZoneKeys } from "./zone-keys.ts";
import { keyRrsets } from "./zone-keys.ts";

export interface RrsetToSign {
  readonly records: readonly ResourceRecord[];
  /** Who signs it; nobody what is not the zone's to vouch for. */
  readonly keys: readonly SigningKey[];
}

/** What signing makes anew, whatever a zone had of it; and a digest of the zone as it was (RFC 8976). */
const REPLACED: ReadonlySet<number> = new Set([
  RrType.RRSIG,
  RrType.DNSKEY,
  RrType.CDS,
  RrType.CDNSKEY,
  RrType.NSEC,
  RrType.NSEC3,
  RrType.NSEC3PARAM,
  RrType.ZONEMD,
]);

/** What a zone says itself of a name at which another one begins (RFC 4035 §2.2). */
const SIGNED_AT_CUT: ReadonlySet<number> = new Set([RrType.DS]);
const TOLD_AT_CUT: ReadonlySet<number> = new Set([RrType.NS, RrType.DS]);

/**
 * All RRsets of a zone with its NSEC records, the SOA record in front. What is below a cut or a DNAME record is not signed and not in
 * the chain (RFC 4035 §2.2 and §2.3, RFC 6672 §2.4); nor are names without records.
 */
export class RrsetsToSign {
  readonly #soa: ResourceRecord;
  readonly #keys: ZoneKeys;
  readonly #denialTtlSeconds: number;
  /** The last one that is the zone's own, with the types it has. */
  #last: { readonly owner: Name; readonly types: readonly number[] } | undefined;
  /** Below this name nothing is the zone's own. */
  #end: Name | undefined;

  /** @param soa as it is to be, with the new serial number */
  constructor(soa: ResourceRecord, keys: ZoneKeys) {
    this.#soa = soa;
    this.#keys = keys;
    const { minimumSeconds = 0 } = SOA.decode(soa.rdata) ?? {};
    // RFC 9077 §3.
    this.#denialTtlSeconds = Math.min(soa.ttlSeconds, minimumSeconds);
  }

  /** @param owners of the zone in canonical order */
  *of(owners: Iterable<OwnerTypes>): Generator<RrsetToSign, void> {
    const apex = this.#soa.owner;
    for (const { owner: nameOf, rrsets } of owners) {
      const owner = nameOf();
      const sets = rrsets()
        .filter(({ type }) => !REPLACED.has(type))
        .map((set) => recordsOf(owner, set));
      if (owner.equals(apex)) yield* this.#apex(sets);
      else yield* this.#below(owner, sets);
    }
    yield* this.#denial(apex);
  }

  *#apex(sets: readonly (readonly ResourceRecord[])[]): Generator<RrsetToSign, void> {
    const { owner, ttlSeconds } = this.#soa;
    const { ofKeys, ofZone } = this.#keys;
    const keySets = keyRrsets(owner, ttlSeconds, this.#keys);
    const others = sets.filter((records) => typeOf(records) !== RrType.SOA);
    yield { records: [this.#soa], keys: ofZone };
    for (const records of keySets) yield { records, keys: ofKeys };
    for (const records of others) yield { records, keys: ofZone };
    this.#last = { owner, types: [RrType.SOA, ...[...keySets, ...others].map(typeOf)] };
  }

  *#below(owner: Name, sets: readonly (readonly ResourceRecord[])[]): Generator<RrsetToSign, void> {
    if (sets.length === 0) return;
    if (this.#end && owner.isWithin(this.#end)) {
      for (const records of sets) yield { records, keys: [] };
      return;
    }
    yield* this.#denial(owner);
    const types = sets.map(typeOf);
    const isCut = types.includes(RrType.NS);
    if (isCut || types.includes(RrType.DNAME)) this.#end = owner;
    for (const records of sets) {
      const isOurs = !isCut || SIGNED_AT_CUT.has(typeOf(records));
      yield { records, keys: isOurs ? this.#keys.ofZone : [] };
    }
    this.#last = { owner, types: types.filter((type) => !isCut || TOLD_AT_CUT.has(type)) };
  }

  /** The NSEC record of the last name, up to the next one. */
  *#denial(next: Name): Generator<RrsetToSign, void> {
    if (!this.#last) return;
    const { owner, types } = this.#last;
    const rdata = NSEC.encode({ next, types: [...types, RrType.RRSIG, RrType.NSEC] });
    const record = new ResourceRecord(
      owner,
      RrType.NSEC,
      RrClass.IN,
      this.#denialTtlSeconds,
      rdata,
    );
    yield { records: [record], keys: this.#keys.ofZone };
  }
}

function typeOf([first]: readonly ResourceRecord[]): number {
  return first?.type ?? 0;
}
