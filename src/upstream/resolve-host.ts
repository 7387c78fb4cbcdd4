import { Resolver, lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";

const TIMEOUT_MS = 2000;
const HOSTS_FILE = "/etc/hosts";

/**
 * Looks up the addresses of a host. The name is absolute: no search domain is tried.
 * @param resolvers `192.0.2.1:53`, `[2001:db8::1]:53`; none for the system's own way
 * @returns at least one; rejects if there is none
 */
export async function resolveHost(host: string, resolvers: readonly string[]): Promise<string[]> {
  if (resolvers.length === 0) {
    const local = await addressesInHosts(host);
    return local.length > 0 ? local : systemAddresses(host);
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

/** With the final dot the system tries no search domain, but does not find its own hosts file's names. */
async function systemAddresses(host: string): Promise<string[]> {
  const found = await lookup(host.endsWith(".") ? host : `${host}.`, { all: true });
  return found.map(({ address }) => address);
}

async function addressesInHosts(host: string): Promise<string[]> {
  const name = host.toLowerCase().replace(/\.$/, "");
  const text = await readFile(HOSTS_FILE, "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().toLowerCase().split(/\s+/);
    return isIP(address) !== 0 && names.includes(name) ? [address] : [];
  });
}
