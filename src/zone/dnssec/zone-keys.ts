import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { delegationSigner } from "./public-key.ts";
import type { SigningKey } from "./signing-key.ts";

/** Who of a zone's keys signs what. */
export interface ZoneKeys {
  readonly all: readonly SigningKey[];
  /** Those sign the keys, and what tells the parent of them. */
  readonly ofKeys: readonly SigningKey[];
  /** Those sign all else. */
  readonly ofZone: readonly SigningKey[];
}

/**
 * Of each algorithm there has to be a signature of each RRset (RFC 4035 §2.2). Where an algorithm has keys for keys (KSK) and others
 * (ZSK), they share the work; else each of its keys does all of it (CSK).
 */
export function divideKeys(all: readonly SigningKey[]): ZoneKeys {
  const isShared = (key: SigningKey): boolean =>
    all.some(({ algorithm, isSep }) => algorithm === key.algorithm && isSep !== key.isSep);
  return {
    all,
    ofKeys: all.filter((key) => key.isSep || !isShared(key)),
    ofZone: all.filter((key) => !key.isSep || !isShared(key)),
  };
}

/**
 * RRsets of the apex that say which keys there are: DNSKEY, and CDS and CDNSKEY for the parent (RFC 7344 §3). No digest is of SHA-1, which
 * is not for delegations any more (RFC 9905 §2).
 */
export function keyRrsets(
  apex: Name,
  ttlSeconds: number,
  { all }: ZoneKeys,
): readonly (readonly ResourceRecord[])[] {
  const rrset = (type: number, rdata: readonly Buffer[]): ResourceRecord[] =>
    rdata.map((one) => new ResourceRecord(apex, type, RrClass.IN, ttlSeconds, one));
  const rdata = all.map((key) => key.rdata);
  const trusted = all.filter(({ isSep }) => isSep).map((key) => key.rdata);
  return [
    rrset(RrType.DNSKEY, rdata),
    rrset(
      RrType.CDS,
      // The same fields as a DS record's.
      trusted.map((one) => delegationSigner(apex, one)),
    ),
    rrset(RrType.CDNSKEY, trusted),
  ].filter((records) => records.length > 0);
}
