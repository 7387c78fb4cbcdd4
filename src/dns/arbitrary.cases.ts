import type { Arbitrary } from "fast-check";
import { array, constantFrom, oneof, string, uint8Array } from "fast-check";
import { MAX_NAME_OCTETS, Name } from "./name.ts";

/** Labels as people write them, and labels of any octets. */
const label = oneof(
  string({ minLength: 1, maxLength: 63, unit: constantFrom(..."abcXYZ019-_".split("")) }),
  uint8Array({ minLength: 1, maxLength: 63 }).map((octets) =>
    Buffer.from(octets).toString("latin1"),
  ),
);

function wireOf(labels: readonly string[]): string {
  return `${labels.map((text) => String.fromCharCode(text.length) + text).join("")}\0`;
}

/** Any domain name there can be. */
export const arbitraryName: Arbitrary<Name> = array(label, { maxLength: 8 })
  .map(wireOf)
  .filter((wire) => wire.length <= MAX_NAME_OCTETS)
  .map((wire) => Name.fromWire(wire));

/** Names of letters, digits and hyphens, lower case: what every other library can express. */
export const arbitraryHostName: Arbitrary<Name> = array(
  string({ minLength: 1, maxLength: 20, unit: constantFrom(..."abcxyz019".split("")) }),
  { minLength: 1, maxLength: 6 },
).map((labels) => Name.fromWire(wireOf(labels)));
