import { closeSync, openSync, writeSync } from "node:fs";

/** Names of the zone, and what of it is asked. */
export const ORIGIN = "big.example.";
const WRITE_CHARACTERS = 1 << 20;

/** A number that has no divisor in common with a round one: its multiples come in no order. */
const STRIDE = 7919;

/**
 * Writes a zone of so many records: 60 % A, 20 % AAAA, 10 % CNAME, 10 % MX, each of another long name; sorted by name or not.
 * @param records a multiple of 10
 */
export function writeBigZone(
  path: string,
  { records, serial, isSorted }: { records: number; serial: number; isSorted: boolean },
): void {
  const file = openSync(path, "w");
  let text = `$ORIGIN ${ORIGIN}\n$TTL 3600\n@ SOA ns1 host ${serial} 7200 3600 1209600 300\n@ NS ns1\nns1 A 192.0.2.53\nserial A ${addressOf(serial)}\n`;
  for (let i = 0; i < records; i++) {
    text += recordOf(isSorted ? i : (i * STRIDE + 13) % records);
    if (text.length < WRITE_CHARACTERS && i < records - 1) continue;
    writeSync(file, text);
    text = "";
  }
  closeSync(file);
}

/** A name of that zone, relative to its origin. */
export function nameOf(i: number): string {
  const number = String(i).padStart(7, "0");
  return `host-${number}.department-${number.slice(0, 4)}.site-${number.slice(0, 2)}`;
}

export function addressOf(i: number): string {
  return `10.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`;
}

function recordOf(i: number): string {
  const kind = i % 10;
  if (kind < 6) return `${nameOf(i)} A ${addressOf(i)}\n`;
  if (kind < 8) {
    const high = (i >>> 16).toString(16);
    return `${nameOf(i)} AAAA 2001:db8:${high}:${(i & 0xffff).toString(16)}::${kind}\n`;
  }
  return `${nameOf(i)} ${kind === 8 ? "CNAME" : "MX 10"} ${nameOf(i - kind)}\n`;
}
