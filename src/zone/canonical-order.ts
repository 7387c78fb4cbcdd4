import { MAX_NAME_OCTETS } from "../dns/name.ts";

const MAX_LABELS = Math.ceil(MAX_NAME_OCTETS / 2) + 1;
const startsOfOne = new Uint8Array(MAX_LABELS);
const startsOfOther = new Uint8Array(MAX_LABELS);

/**
 * Which of two names comes first in canonical order (RFC 4034 §6.1): label by label from the right, octet by octet, what is missing
 * before all else.
 * @param one the key of a name
 * @param other the same
 * @returns negative if `one` comes first, 0 if they are the same
 */
export function compareKeys(one: string, other: string): number {
  let label = labelStarts(one, startsOfOne) - 1;
  let otherLabel = labelStarts(other, startsOfOther) - 1;
  for (; label >= 0 && otherLabel >= 0; label--, otherLabel--) {
    const start = startsOfOne[label] ?? 0;
    const otherStart = startsOfOther[otherLabel] ?? 0;
    const octets = one.charCodeAt(start);
    const otherOctets = other.charCodeAt(otherStart);
    const common = Math.min(octets, otherOctets);
    for (let i = 1; i <= common; i++) {
      const difference = one.charCodeAt(start + i) - other.charCodeAt(otherStart + i);
      if (difference !== 0) return difference;
    }
    if (octets !== otherOctets) return octets - otherOctets;
  }
  return label - otherLabel;
}

/** How many labels there are, without the root. */
function labelStarts(key: string, starts: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < key.length - 1; at += key.charCodeAt(at) + 1) starts[count++] = at;
  return count;
}
