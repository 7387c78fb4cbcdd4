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

/** What an `options` line may say to a resolver (resolv.conf(5)). */
export interface ResolverOptions {
  readonly ndots?: number;
  readonly timeoutSeconds?: number;
  readonly attempts?: number;
}

/** The C library's limits. */
const OPTIONS: ReadonlyMap<string, readonly [keyof ResolverOptions, number]> = new Map([
  ["ndots", ["ndots", 15]],
  ["timeout", ["timeoutSeconds", 30]],
  ["attempts", ["attempts", 5]],
]);

/** Those options that concern questions; a later line adds to an earlier one. Others are passed over. */
export function parseResolverOptions(text: string): ResolverOptions {
  const options: { -readonly [K in keyof ResolverOptions]: number } = {};
  for (const line of text.split("\n")) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    for (const word of keyword === "options" ? words : []) {
      const [, name = "", value] = /^([a-z]+):(\d{1,9})$/.exec(word) ?? [];
      const [key, max = 0] = OPTIONS.get(name) ?? [];
      if (key !== undefined) options[key] = Math.min(Number(value), max);
    }
  }
  return options;
}
