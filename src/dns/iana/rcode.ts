/**
 * Response codes (IANA "DNS RCODEs", RFC 6895 §2.3). Values above 15 need EDNS: the low
 * four bits go into the header, the others into the OPT record (RFC 6891 §6.1.3).
 */
export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  DSOTYPENI: 11,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
  BADCOOKIE: 23,
} as const;

const mnemonics = new Map<number, string>(
  Object.entries(Rcode).map(([mnemonic, value]) => [value, mnemonic]),
);
/**
 * 16 has two names: BADSIG is that of TSIG (RFC 8945 §5.2.2), and CoreDNS's. NOTIMPL is what
 * CoreDNS's library once wrote, and still reads.
 */
const values = new Map<string, number>([
  ...Object.entries(Rcode),
  ["BADSIG", Rcode.BADVERS],
  ["NOTIMPL", Rcode.NOTIMP],
]);

/** The mnemonic of a response code, or `RCODEnnn`. */
export function formatRcode(rcode: number): string {
  return mnemonics.get(rcode) ?? `RCODE${rcode}`;
}

/** As a label of metrics: whoever sends codes without a name makes no new time series. */
export function rcodeLabel(rcode: number): string {
  return mnemonics.get(rcode) ?? "other";
}

/** The number of a mnemonic, in any case; undefined if there is none. */
export function parseRcode(text: string): number | undefined {
  return values.get(text.toUpperCase());
}
