import { RrType } from "../iana/rr-type.ts";

/** Where the names in RDATA are: behind `skip` octets, `count` in a row. */
export interface RdataNames {
  readonly skip: number;
  readonly count: number;
  /** Whether a sender may compress them. In any case others may point to them. */
  readonly mayCompress: boolean;
}

function compressible(skip: number, count: number): RdataNames {
  return { skip, count, mayCompress: true };
}

function whole(skip: number, count: number): RdataNames {
  return { skip, count, mayCompress: false };
}

const one = compressible(0, 1);
const two = compressible(0, 2);
const behindPreference = compressible(2, 1);
const wholeOne = whole(0, 1);
const wholeTwo = whole(0, 2);
const wholeBehind16Bits = whole(2, 1);
const wholeTwoBehind16Bits = whole(2, 2);
const wholeBehindPort = whole(6, 1);
const wholeBehindKeyTag = whole(18, 1);

/**
 * The names in RDATA of a type. Those of RFC 1035 and no others may be compressed, for a receiver
 * cannot be expected to know later ones (RFC 3597 §4); but pointers may lead to all of them, which
 * asks nothing of a receiver. Runs for each record sent.
 * @param rdata uncompressed
 */
export function rdataNames(type: number, rdata: Buffer): RdataNames | undefined {
  switch (type) {
    case RrType.A:
    case RrType.AAAA:
      return undefined;
    case RrType.NS:
    case RrType.MD:
    case RrType.MF:
    case RrType.CNAME:
    case RrType.MB:
    case RrType.MG:
    case RrType.MR:
    case RrType.PTR:
      return one;
    case RrType.SOA:
    case RrType.MINFO:
      return two;
    case RrType.MX:
      return behindPreference;
    default:
      return laterNames(type, rdata);
  }
}

/** Those of the types that came after RFC 1035. */
function laterNames(type: number, rdata: Buffer): RdataNames | undefined {
  switch (type) {
    case RrType.SRV:
      return wholeBehindPort;
    case RrType.AFSDB:
    case RrType.RT:
    case RrType.KX:
    case RrType.LP:
    case RrType.SVCB:
    case RrType.HTTPS:
      return wholeBehind16Bits;
    case RrType.PX:
      return wholeTwoBehind16Bits;
    case RrType.DNAME:
    case RrType.NSEC:
    case RrType.NXT:
      return wholeOne;
    case RrType.RP:
      return wholeTwo;
    case RrType.SIG:
    case RrType.RRSIG:
      return wholeBehindKeyTag;
    case RrType.NAPTR:
      return whole(behindStrings(rdata, 4, 3), 1);
    case RrType.IPSECKEY:
      // Its gateway may be an address, or none (RFC 4025 §2.3).
      return rdata[1] === 3 ? whole(3, 1) : undefined;
    default:
      return undefined;
  }
}

/** Goes over `count` character strings. */
function behindStrings(rdata: Buffer, start: number, count: number): number {
  let at = start;
  for (let i = 0; i < count; i++) at += 1 + (rdata[at] ?? 0);
  return at;
}
