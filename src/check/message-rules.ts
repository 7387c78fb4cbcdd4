import type { Level, Rule } from "./rule.ts";

/** A rule for what a start says: errors and warnings, by how their messages begin. */
export interface MessageRule extends Rule {
  readonly pattern: RegExp;
}

const error = (id: string, pattern: RegExp, what: string, mend: string): MessageRule => {
  return { id, level: "error", pattern, what, mend };
};
const warning = (id: string, pattern: RegExp, what: string, mend: string): MessageRule => {
  return { id, level: "warning", pattern, what, mend };
};

/** The first that matches counts; the last of each level takes what is left. */
export const MESSAGE_RULES: readonly MessageRule[] = [
  error(
    "unreadable-file",
    /^cannot (?:read|access)\b|no such file/i,
    "a file cannot be read",
    "look at path and rights; relative paths start at *root*",
  ),
  error(
    "not-built",
    /\bnot built\b|Portolan does not yet/,
    "CoreDNS has it, Portolan has not",
    "leave it out, or stay with CoreDNS for this Corefile",
  ),
  error(
    "unknown-directive",
    /^Unknown directive/,
    "no plugin has this name, or it has left CoreDNS (`proxy`, `federation`)",
    "the message names the nearest, or what to write instead",
  ),
  error(
    "unknown-property",
    /^unknown property/,
    "the plugin has no such option, or it has left CoreDNS (`upstream`, `resyncperiod`)",
    "the message has the nearest, and all that are known",
  ),
  error(
    "duplicate-directive",
    /first used in line|can stand only once/,
    "a directive or option stands twice, and may only once",
    "join the two",
  ),
  error(
    "duplicate-zone",
    /^Cannot serve zone .* twice/,
    "two server blocks are for one zone on one address and port",
    "join them, or give one a *view*",
  ),
  error(
    "no-server-block",
    /^Cannot serve: no server block/,
    "the file is empty, or has snippets only",
    "write a block such as `. { ... }`",
  ),
  error(
    "plugin-module",
    /^(?:Cannot (?:load|name|define) (?:a )?plugin|Plugin "|Unknown plugin)|a definition is|mistake of the plugin/,
    "a plugin of others cannot be loaded, or not as it is defined",
    "see [plugins.md](plugins.md)",
  ),
  error(
    "bad-import",
    /^Cannot import|^Snippet .* is defined twice/,
    "what is imported is not there, imports itself, or is defined twice",
    "mend the name or the path",
  ),
  error(
    "syntax",
    /^(?:Unclosed|Unexpected|Expected|unexpected|Too many braces|unmatched brace)/,
    "a word, quote or brace too many or too few",
    "braces open at the end of a line, and close on one of their own",
  ),
  error(
    "missing-argument",
    /^(?:missing|no rule,|nothing to do)/,
    "too few words",
    "see the plugin's Syntax",
  ),
  error(
    "missing-plugin",
    /is missing: |^no metadata|^no plugin provides|label of metadata|knows no search paths|who is in namespace/,
    "a plugin needs another one in the same server block",
    "add that one",
  ),
  error(
    "cannot-listen",
    /^(?:Cannot listen|cannot serve on|cannot serve by|cannot have)/,
    "an address is not the machine's, is taken by the Corefile itself, or is wanted in two ways",
    "mend *bind* or the address; for another machine check with `-elsewhere`",
  ),
  error(
    "unresolved-upstream",
    /^cannot resolve upstream|names no server/,
    "the name of an upstream has no address",
    "use addresses, or give *forward* a `resolver`",
  ),
  error(
    "unusable-option",
    /^/,
    "a word is no number, duration, address or name, or does not go with another one",
    "the message says why",
  ),
  warning(
    "never-asked",
    /is never asked: /,
    "a directive or server block that no query can come to",
    "remove what stands in front of it, or add `fallthrough` there",
  ),
  warning(
    "no-effect",
    /has no effect/,
    "an option or a name that another one makes useless, also a TTL that *cache* changes",
    "the message says which, and what to write",
  ),
  warning(
    "reverse-without-fallthrough",
    /^addresses outside the cluster have no names/,
    "reverse zones that are wider than the cluster, without `fallthrough`",
    "add `fallthrough in-addr.arpa ip6.arpa`",
  ),
  warning(
    "view-never-true",
    /takes no query: /,
    "the condition of a *view* can never hold",
    "mend the condition, or leave the block out",
  ),
  warning(
    "start-warning",
    /^/,
    "anything else that a start would warn of",
    "the message says what",
  ),
];

/** @param message without its place; `plugin/NAME: ` in front makes no difference */
export function ruleOfMessage(level: Level, message: string): Rule {
  const text = message.replace(/^plugin\/[\w-]+: /, "");
  const found = MESSAGE_RULES.find((one) => one.level === level && one.pattern.test(text));
  if (!found) throw new TypeError(`no rule for ${level} "${message}"`);
  return found;
}
