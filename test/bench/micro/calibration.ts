const octets = new Uint8Array(4096).map((_, index) => index * 31);
const PASSES = 500;
const SETTLE_NS = 1.5e9;

/**
 * Work that never changes, by which this machine's speed at this moment is known: a hash (FNV-1a) of 4,096 octets. It
 * runs in the processor's first cache and allocates nothing, so it depends on little but the clock and on who else
 * is using the core.
 *
 * @returns nanoseconds of processor time for one pass
 */
export function calibrate(now: () => number): number {
  const start = now();
  let mixed = 0;
  for (let pass = 0; pass < PASSES; pass++) mixed ^= hash(pass);
  const nanoseconds = now() - start;
  // The sum must be of use, or the loop may be left out.
  return mixed === 0.5 ? Number.NaN : nanoseconds / PASSES;
}

/** Runs the loop until V8 has compiled it for good, which takes it some 0.7 s; before, it is five times as slow. */
export function settle(now: () => number): void {
  const start = now();
  while (now() - start < SETTLE_NS) calibrate(now);
}

function hash(seed: number): number {
  let value = 0x811c9dc5 ^ seed;
  for (let index = 0; index < octets.length; index++) {
    value = Math.imul(value ^ (octets[index] ?? 0), 0x01000193);
  }
  return value;
}
