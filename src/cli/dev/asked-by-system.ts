import { randomBytes } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { PROBE } from "./dev-entry.ts";

/**
 * Whether the system's resolver leads names of the cluster here: it is asked for one that nobody has, which then arrives or does not.
 * @param isHeard tells of names that have arrived
 */
export async function isAskedBySystem(
  zone: string,
  isHeard: (name: string) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const name = `${PROBE}${randomBytes(6).toString("hex")}.default.svc.${zone}.`;
  const resolver = new Resolver({ timeout: 1_500, tries: 1 });
  signal.addEventListener("abort", () => resolver.cancel());
  try {
    await resolver.resolve4(name);
  } catch {
    // Nobody has such a name.
  }
  return isHeard(name);
}
