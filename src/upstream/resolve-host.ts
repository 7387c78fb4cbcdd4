import { Resolver, lookup } from "node:dns/promises";

const TIMEOUT_MS = 2000;

/**
 * Looks up the addresses of a host. The name is absolute: no search domain is tried.
 * @param resolvers `192.0.2.1:53`, `[2001:db8::1]:53`; none for the system's own way
 * @returns at least one; rejects if there is none
 */
export async function resolveHost(host: string, resolvers: readonly string[]): Promise<string[]> {
  if (resolvers.length === 0) {
    const found = await lookup(host.endsWith(".") ? host : `${host}.`, { all: true });
    return found.map(({ address }) => address);
  }
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  resolver.setServers(resolvers);
  const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const addresses = [ipv4, ipv6].flatMap((found) => {
    return found.status === "fulfilled" ? found.value : [];
  });
  if (addresses.length > 0) return addresses;
  throw ipv4.status === "rejected" ? ipv4.reason : new Error("no addresses");
}
