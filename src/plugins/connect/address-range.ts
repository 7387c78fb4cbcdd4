import { createHash } from "node:crypto";

/** Addresses one after the other. */
export interface AddressRange {
  /** `127.96.0.0/12` */
  readonly text: string;
  /** The first one, as a number. */
  readonly first: number;
  readonly count: number;
}

export function addressAt({ first }: AddressRange, index: number): string {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(first + index);
  return octets.join(".");
}

export function isInRange({ first, count }: AddressRange, address: string): boolean {
  const octets = address.split(".").map(Number);
  if (octets.length !== 4) return false;
  const value = Buffer.from(octets).readUInt32BE();
  return value >= first && value < first + count;
}

/**
 * The addresses for a name, best first: the same ones on each machine and after each start, so that what somebody has
 * written down goes on to work. Neither the first nor the last one of the range is among them.
 * @param tries how many to say
 */
export function* candidates(range: AddressRange, name: string, tries: number): Generator<string> {
  const usable = range.count - 2;
  const start = createHash("sha256").update(name).digest().readUInt32BE() % usable;
  for (let i = 0; i < Math.min(tries, usable); i++) {
    yield addressAt(range, 1 + ((start + i) % usable));
  }
}
