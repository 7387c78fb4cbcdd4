/**
 * A signature of an elliptic curve as DNSSEC has it (RFC 6605 §4): two numbers of a fixed length, one behind the other. `node:crypto` can make
 * that itself, at twice the time of the signature, half of it in the thread that asks.
 * @param der SEQUENCE { INTEGER r, INTEGER s }, below 128 octets
 * @param octets of each number
 */
export function bareSignature(der: Buffer, octets: number): Buffer {
  const bare = Buffer.alloc(2 * octets);
  const first = 2;
  const second = first + 2 + der.readUInt8(first + 1);
  putInteger(der, first, bare, octets);
  putInteger(der, second, bare, 2 * octets);
  return bare;
}

/** Without the zero that says that a number is not negative, and with those that make up its length. */
function putInteger(der: Buffer, at: number, into: Buffer, end: number): void {
  const start = at + 2;
  const stop = start + der.readUInt8(at + 1);
  const skip = der[start] === 0 ? 1 : 0;
  der.copy(into, end - (stop - start - skip), start + skip, stop);
}
