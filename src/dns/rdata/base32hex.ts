const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

/**
 * Base32 with extended hex alphabet, without padding (RFC 4648 §7): five bits a character,
 *
 *     octets      |7 6 5 4 3 2 1 0|7 6 5 4 3 2 1 0|
 *     characters  |4 3 2 1 0|4 3 2 1 0|4 3 2 1 0|4 ...
 *
 * the last one filled up with zeros.
 */
export function encodeBase32Hex(octets: Uint8Array): string {
  let text = "";
  let bits = 0;
  let count = 0;
  for (const octet of octets) {
    bits = ((bits << 8) | octet) & 0xfff;
    for (count += 8; count >= 5; count -= 5) text += alphabet.charAt((bits >>> (count - 5)) & 31);
  }
  return count > 0 ? text + alphabet.charAt((bits << (5 - count)) & 31) : text;
}

/** In any case; undefined if a character is foreign or bits are left over that are not zero. */
export function decodeBase32Hex(text: string): Buffer | undefined {
  const octets: number[] = [];
  let bits = 0;
  let count = 0;
  for (const character of text.toUpperCase()) {
    const value = alphabet.indexOf(character);
    if (value === -1) return undefined;
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    octets.push((bits >>> count) & 0xff);
  }
  const isWhole = count < 5 && (bits & ((1 << count) - 1)) === 0;
  return isWhole ? Buffer.from(octets) : undefined;
}
