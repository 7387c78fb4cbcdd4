import { randomBytes } from "node:crypto";
import { Name } from "./name.ts";

/**
 * A name that nobody has asked for: `<62 random bits>.<62 random bits>.<zone>`.
 * @returns undefined if that is over 255 octets
 */
export function randomNameBelow(zone: Name): Name | undefined {
  return Name.parse(`${randomLabel()}.${randomLabel()}.`).concat(zone);
}

function randomLabel(): string {
  return (randomBytes(8).readBigUInt64BE() >> 2n).toString();
}
