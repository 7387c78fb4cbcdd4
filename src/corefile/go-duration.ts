const NANOSECONDS = 1e-6;

const unitsInMs: Readonly<Record<string, number>> = {
  ns: NANOSECONDS,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** The longest that Go's 64 bits of nanoseconds hold: about 292 years. */
const LONGEST_MS = 2 ** 63 * NANOSECONDS;

const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/**
 * Milliseconds of a duration as Go writes it (time.ParseDuration): "300ms", "1h30m", "-1.5s",
 * "0"; undefined if it is none.
 */
export function parseGoDuration(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text;
  if (unsigned === "0") return 0;
  let sum = 0;
  let end = 0;
  for (const [matched, amount, unit] of unsigned.matchAll(part)) {
    sum += Number(amount) * (unitsInMs[unit ?? ""] ?? Number.NaN);
    end += matched.length;
  }
  if (end === 0 || end !== unsigned.length || sum > LONGEST_MS) return undefined;
  return sign * sum;
}
