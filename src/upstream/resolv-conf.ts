import { isIP } from "node:net";

/**
 * Addresses of the `nameserver` lines of a resolv.conf (resolv.conf(5)), in their order; IPv6
 * ones keep their zone. Lines that name no address are passed over.
 */
export function parseNameservers(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [keyword, address = ""] = line.trim().split(/\s+/);
    return keyword === "nameserver" && isIP(address) !== 0 ? [address] : [];
  });
}
