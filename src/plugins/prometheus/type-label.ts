import { RrType, formatRrType } from "../../dns/iana/rr-type.ts";

/** Types that get a time series of their own, as in CoreDNS: whoever asks cannot make more. */
const KNOWN = [
  RrType.A,
  RrType.AAAA,
  RrType.CNAME,
  RrType.DNSKEY,
  RrType.DS,
  RrType.HTTPS,
  RrType.MX,
  RrType.NS,
  RrType.NSEC,
  RrType.NSEC3,
  RrType.PTR,
  RrType.RRSIG,
  RrType.SOA,
  RrType.SRV,
  RrType.SVCB,
  RrType.TXT,
  RrType.IXFR,
  RrType.AXFR,
  RrType.ANY,
];

/** Values of the label `type`. */
export const TYPE_LABELS: readonly string[] = ["other", ...KNOWN.map(formatRrType)];

/** All known types are below 256. */
const indices = new Uint8Array(256);
for (const [i, type] of KNOWN.entries()) indices[type] = i + 1;

/** Where a type's label stands in {@link TYPE_LABELS}. */
export function typeLabelIndex(qtype: number): number {
  return indices[qtype] ?? 0;
}
