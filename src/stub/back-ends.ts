import type { BackEnd } from "./back-end.ts";
import { MACOS } from "./back-ends/macos.ts";
import { NETWORK_MANAGER } from "./back-ends/network-manager.ts";
import { PLAIN_RESOLV_CONF } from "./back-ends/resolv-conf.ts";
import { OPENRESOLV_BACK_END, RESOLVCONF } from "./back-ends/resolvconf.ts";
import { RESOLVED_DELEGATE } from "./back-ends/resolved-delegate.ts";
import { RESOLVED_DROP_IN } from "./back-ends/resolved-drop-in.ts";
import { WINDOWS } from "./back-ends/windows.ts";
import type { System } from "./system.ts";

/** The first that fits is taken. */
export const BACK_ENDS: readonly BackEnd[] = [
  RESOLVED_DELEGATE,
  RESOLVED_DROP_IN,
  NETWORK_MANAGER,
  RESOLVCONF,
  OPENRESOLV_BACK_END,
  PLAIN_RESOLV_CONF,
  MACOS,
  WINDOWS,
];

/**
 * @param name of the one that has to be taken
 * @param installed name of the one that is set up
 * @throws {Error} if none fits, with the reason of each
 */
export async function chooseBackEnd(
  system: System,
  name: string | undefined,
  installed?: string,
): Promise<BackEnd> {
  const standing = BACK_ENDS.find((one) => one.name === installed);
  // It may object to what it has done itself.
  if (standing && (name === undefined || name === installed)) return standing;
  const asked = BACK_ENDS.filter((one) => {
    return name === undefined ? !one.isOnlyNamed : one.name === name;
  });
  const known = BACK_ENDS.map((one) => one.name).join(", ");
  if (asked.length === 0) {
    throw new TypeError(`Cannot install using "${name}": known are ${known}`);
  }
  const reasons: string[] = [];
  for (const backEnd of asked) {
    const objection = await backEnd.objection(system);
    if (objection === undefined) return backEnd;
    reasons.push(`${backEnd.name}: ${objection}`);
  }
  throw new Error(`Cannot install on this system: ${reasons.join("; ")}`);
}
