/**
 * Whether a serial number is later than another (RFC 1982 §3.2): by less than half of all numbers, whatever the carry.
 * Of two that are just half of them apart neither is.
 */
export function isLaterSerial(serial: number, other: number): boolean {
  const distance = (serial - other) >>> 0;
  return distance !== 0 && distance < 0x8000_0000;
}
