import type { Directive } from "../../corefile/directive.ts";
import type { Network } from "../../net/network.ts";
import { holds, parseNetwork } from "../../net/network.ts";
import { named, quoted } from "../places.ts";
import type { Lint } from "../rule.ts";

export const aclAllowsAll: Lint = {
  id: "acl-allows-all",
  level: "warning",
  what: "no rule of an *acl* keeps anybody out: what no rule is about passes",
  mend: "end it with `block`",
  *find({ blocks }) {
    for (const block of blocks) {
      const all = named(block, "acl");
      const rules = all.flatMap(({ body }) => body);
      const [first] = all;
      if (!first || rules.some(({ name }) => name.text.toLowerCase() !== "allow")) continue;
      const message = `${quoted(first)} lets all queries pass: it has no rule but "allow"`;
      yield { at: first, message, hint: 'end it with "block"' };
    }
  },
};

export const aclNeverReached: Lint = {
  id: "acl-never-reached",
  level: "warning",
  what: "a rule of an *acl* behind another one that is about the same queries: the first that matches counts",
  mend: "put the narrower rule first",
  *find({ blocks }) {
    for (const directive of blocks.flatMap((block) => named(block, "acl"))) {
      const rules = directive.body.map(readRule);
      for (const [i, rule] of rules.entries()) {
        const before = rules.slice(0, i).find((one) => covers(one, rule));
        if (!before) continue;
        const message = `${quoted(rule.line)} is never reached: ${quoted(before.line)} in line ${before.line.line} is about the same queries`;
        yield { at: rule.line, message, hint: "put it first, or remove it" };
      }
    }
  },
};

/** What a rule is about; undefined for everything. */
interface AclRule {
  readonly line: Directive;
  readonly types: ReadonlySet<string> | undefined;
  readonly networks: readonly Network[] | undefined;
  readonly namespaces: ReadonlySet<string> | undefined;
}

function readRule(line: Directive): AclRule {
  const sections: Record<string, string[]> = {};
  let words: string[] = [];
  for (const { text } of line.args) {
    const lower = text.toLowerCase();
    if (lower === "type" || lower === "net" || lower === "namespace")
      words = sections[lower] ??= [];
    else words.push(lower);
  }
  const named = (section: string): string[] | undefined => {
    const all = sections[section];
    return all?.includes("*") ? undefined : all;
  };
  const [types, networks, namespaces] = [named("type"), named("net"), named("namespace")];
  return {
    line,
    types: types && new Set(types),
    networks: networks?.flatMap((text) => parseNetwork(text, true) ?? []),
    namespaces: namespaces && new Set(namespaces),
  };
}

/** Whether the first is about all that the second is about; two networks that make a third are not seen. */
function covers(one: AclRule, other: AclRule): boolean {
  return (
    isSuperset(one.types, other.types) &&
    isSuperset(one.namespaces, other.namespaces) &&
    (one.networks === undefined ||
      isAnywhere(one.networks) ||
      (other.networks?.every((inner) => one.networks?.some((outer) => holds(outer, inner))) ??
        false))
  );
}

function isSuperset(
  one: ReadonlySet<string> | undefined,
  other: ReadonlySet<string> | undefined,
): boolean {
  return one === undefined || (other?.isSubsetOf(one) ?? false);
}

/** 0.0.0.0/0 and ::/0. */
function isAnywhere(networks: readonly Network[]): boolean {
  const whole = networks.filter(({ bits }) => bits === 0);
  return new Set(whole.map(({ octets }) => octets.length)).size === 2;
}
