import { isIP } from "node:net";
import { Name } from "../dns/name.ts";

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

/**
 * The suffixes that names are completed with: those of the last `search` line, or of a `domain` line behind
 * it, in lower case. Words that are no names are passed over.
 */
export function parseSearchList(text: string): Name[] {
  let words: readonly string[] = [];
  for (const line of text.split("\n")) {
    const [keyword, ...rest] = line.trim().split(/\s+/);
    if (keyword === "search") words = rest;
    else if (keyword === "domain") words = rest.slice(0, 1);
  }
  return words.flatMap((word) => Name.tryParse(word.toLowerCase()) ?? []);
}
