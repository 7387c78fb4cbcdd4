/** Largest TTL there can be (RFC 2181 §8). */
export const MAX_TTL_SECONDS = 0x7fff_ffff;

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Seconds of `3600`, `1h`, `1w2d3h4m5s`, in any case; undefined for any other text and for more
 * than 32 bits hold.
 */
export function parseTtl(text: string): number | undefined {
  if (!/^(\d{1,10}[smhdw])*(\d{1,10})?$/i.test(text) || text === "") return undefined;
  let seconds = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)([a-z]?)/gi)) {
    seconds += Number(digits) * (secondsOf[unit?.toLowerCase() ?? ""] ?? 1);
  }
  return seconds <= 0xffff_ffff ? seconds : undefined;
}
