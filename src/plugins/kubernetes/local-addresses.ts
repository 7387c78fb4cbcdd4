import { networkInterfaces } from "node:os";
import type { Interfaces } from "../../server/listen-addresses.ts";
import { expandListenAddresses } from "../../server/listen-addresses.ts";

/** Addresses that stand for all of the machine, and whose these are. */
const UNSPECIFIED: ReadonlyMap<string, readonly string[]> = new Map([
  ["0.0.0.0", ["IPv4"]],
  ["::", ["IPv4", "IPv6"]],
]);

/**
 * The addresses that others reach this server at: those it listens on, whatever interface has
 * them, for an anycast address is often one of `lo`. Loopback addresses are nobody else's, and a
 * link-local one that was chosen together with its interface means nothing without it.
 * @param listenOn as in `expandListenAddresses`; empty for all addresses
 * @returns none if only this machine is served
 */
export function localAddresses(
  listenOn: readonly string[],
  except: readonly string[],
  interfaces: () => Interfaces = networkInterfaces,
): readonly string[] {
  const chosen = expandListenAddresses(listenOn, except, interfaces);
  const all = Object.values(interfaces()).flatMap((addresses) => addresses ?? []);
  const addresses = (chosen.length === 0 ? ["::"] : chosen).flatMap((one) => {
    const families = UNSPECIFIED.get(one);
    if (!families) return [one];
    return all.filter(({ family }) => families.includes(family)).map(({ address }) => address);
  });
  return [...new Set(addresses)].filter((address) => !isOfNoUse(address));
}

function isOfNoUse(address: string): boolean {
  return address.startsWith("127.") || address === "::1" || address.includes("%");
}
