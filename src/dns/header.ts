/**
 * The header (RFC 1035 §4.1.1, AD and CD from RFC 4035 §3.2):
 *
 *       0  1  2  3  4  5  6  7  8  9  10 11 12 13 14 15
 *     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 *     |                      ID                       |
 *     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 *     |QR|   Opcode  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |
 *     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 *     |      QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT       |
 *     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 *
 * Flags are the second 16-bit word as a number; these are its bits.
 */
export const HEADER_OCTETS = 12;

export const Flag = {
  QR: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  AD: 0x0020,
  CD: 0x0010,
} as const;

/** The opcode in a word of flags. */
export function opcodeOf(flags: number): number {
  return (flags >>> 11) & 0x0f;
}

/** The low four bits of the response code in a word of flags. */
export function rcodeOf(flags: number): number {
  return flags & 0x0f;
}
