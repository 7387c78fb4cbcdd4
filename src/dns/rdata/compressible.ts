import { RrType } from "../iana/rr-type.ts";

/** Where the names that may be compressed are in RDATA: behind `skip` octets, `count` in a row. */
export interface CompressibleNames {
  readonly skip: number;
  readonly count: number;
}

const one: CompressibleNames = { skip: 0, count: 1 };
const two: CompressibleNames = { skip: 0, count: 2 };
const behindPreference: CompressibleNames = { skip: 2, count: 1 };

/**
 * The names of this type that a sender may compress: those of RFC 1035 and no others, for a
 * receiver cannot be expected to know later ones (RFC 3597 §4). Runs for each record sent.
 */
export function compressibleNames(type: number): CompressibleNames | undefined {
  switch (type) {
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
      return undefined;
  }
}
