import { RrType } from "../iana/rr-type.ts";
import { rdataNames } from "./rdata-names.ts";

/**
 * Types whose names stay as they are: NSEC (RFC 6840 §5.1), and those that came after the list of RFC 4034 §6.2.
 */
const KEEPS_CASE: ReadonlySet<number> = new Set([
  RrType.NSEC,
  RrType.SVCB,
  RrType.HTTPS,
  RrType.LP,
  RrType.IPSECKEY,
]);

/**
 * RDATA in canonical form (RFC 4034 §6.2): names within it in lower case. What is signed, and by what two records are
 * known as the same one.
 * @param rdata uncompressed
 * @returns the same octets where nothing is to be changed
 */
export function canonicalRdata(type: number, rdata: Buffer): Buffer {
  if (KEEPS_CASE.has(type)) return rdata;
  const names = rdataNames(type, rdata);
  if (!names) return rdata;
  let canonical: Buffer | undefined;
  let at = names.skip;
  for (let left = names.count; left > 0; left--) {
    for (let end = at; ; end += (rdata[end] ?? 0) + 1) {
      if (end >= rdata.length || rdata[end] === 0) {
        canonical = lowerCase(rdata, at, end, canonical);
        at = end + 1;
        break;
      }
    }
  }
  return canonical ?? rdata;
}

/** Length octets are below 64, so none is a letter. */
function lowerCase(
  rdata: Buffer,
  start: number,
  end: number,
  copied: Buffer | undefined,
): Buffer | undefined {
  let copy = copied;
  for (let at = start; at < end; at++) {
    const octet = rdata[at] ?? 0;
    if (octet < 0x41 || octet > 0x5a) continue;
    copy ??= Buffer.from(rdata);
    copy[at] = octet | 0x20;
  }
  return copy;
}
