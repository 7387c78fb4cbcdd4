import { RrType } from "./iana/rr-type.ts";
import { CNAME } from "./rdata/rfc1035-names.ts";
import type { ResourceRecord } from "./resource-record.ts";

/** By owner, what its CNAME records of a section lead to, each once; names as keys. */
export type AliasTargets = ReadonlyMap<string, readonly string[]>;

export function aliasTargets(records: readonly ResourceRecord[]): AliasTargets {
  const targets = new Map<string, string[]>();
  for (const { type, owner, rdata } of records) {
    const target = type === RrType.CNAME ? CNAME.decode(rdata)?.target.key : undefined;
    if (target === undefined) continue;
    const known = targets.get(owner.key);
    if (!known) targets.set(owner.key, [target]);
    else if (!known.includes(target)) known.push(target);
  }
  return targets;
}

/** The name and all that its aliases lead to, in whatever order they are. */
export function aliasesOf(key: string, targets: AliasTargets): ReadonlySet<string> {
  // What is added while it is gone through is gone through as well; a circle adds nothing.
  const keys = new Set([key]);
  for (const one of keys) for (const target of targets.get(one) ?? []) keys.add(target);
  return keys;
}

/**
 * The name at the end of the chain of aliases that begins here (RFC 1034 §3.6.2); the name itself
 * without any. A chain that forks or runs in a circle has no end.
 */
export function endOfAliases(key: string, targets: AliasTargets): string | undefined {
  const visited = new Set<string>();
  for (let owner = key; !visited.has(owner);) {
    visited.add(owner);
    const [target, fork] = targets.get(owner) ?? [];
    if (fork !== undefined) return undefined;
    if (target === undefined) return owner;
    owner = target;
  }
  return undefined;
}
