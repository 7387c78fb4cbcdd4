import { tokenError } from "../../corefile/directive.ts";
import type { TcpLimits } from "../../transport/tcp-limits.ts";
import type { Said } from "./configured-udp.ts";

/** Limits of connections that the Corefile sets, with the words that say so. */
export type ConfiguredTcp = {
  readonly [Limit in "readMs" | "writeMs" | "idleMs" | "queries"]?: Said<number>;
};

const LIMITS = ["readMs", "writeMs", "idleMs", "queries"] as const;

/**
 * What two server blocks of one address and port want.
 * @throws {CorefileError} if it cannot be both
 */
export function joinConfiguredTcp(first: ConfiguredTcp, second: ConfiguredTcp = {}): ConfiguredTcp {
  for (const limit of LIMITS) {
    const [one, other] = [first[limit], second[limit]];
    if (!one || !other || one.value === other.value) continue;
    const reason = `another server block of the address says "${one.at.text}"`;
    throw tokenError(other.at, `cannot have "${other.at.text}": ${reason}`);
  }
  return { ...second, ...first };
}

/** The limits of a listener: those that are set in the place of the usual ones. */
export function withConfigured(usual: TcpLimits, configured: ConfiguredTcp): TcpLimits {
  const set = LIMITS.flatMap((limit): [string, number][] => {
    const said = configured[limit];
    return said ? [[limit, said.value]] : [];
  });
  return { ...usual, ...Object.fromEntries(set) };
}
