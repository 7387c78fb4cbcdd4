/** DNS classes (IANA "DNS CLASSes", RFC 6895 §3.2). */
export const RrClass = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

const mnemonics = new Map<number, string>(
  Object.entries(RrClass).map(([mnemonic, value]) => [value, mnemonic]),
);
const values = new Map<string, number>(Object.entries(RrClass));

/** The mnemonic of a class, or `CLASSnnn` for one without (RFC 3597 §5). */
export function formatRrClass(rrClass: number): string {
  return mnemonics.get(rrClass) ?? `CLASS${rrClass}`;
}

/** The number of a mnemonic or of `CLASSnnn`, in any case; undefined if it is neither. */
export function parseRrClass(text: string): number | undefined {
  const upper = text.toUpperCase();
  const known = values.get(upper);
  if (known !== undefined) return known;
  const generic = /^CLASS(\d{1,5})$/.exec(upper);
  const value = generic ? Number(generic[1]) : NaN;
  return value <= 0xffff ? value : undefined;
}
