import { inLowerCase, noBody, parseZones, subDirectives } from "../../corefile/arguments.ts";
import type { CorefileError } from "../../corefile/corefile-error.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { Faults } from "../../corefile/faults.ts";
import { parseRrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { didYouMean } from "../../text/nearest-name.ts";
import { Networks } from "./networks.ts";

const SECTIONS = ["type", "net", "namespace"] as const;

export type Action = "allow" | "block" | "filter" | "drop";

/** What is done with the queries that it is about. */
export interface Policy {
  readonly action: Action;
  /** Undefined for all. */
  readonly types: ReadonlySet<number> | undefined;
  /** Where they come from; undefined for anywhere. */
  readonly networks: Networks | undefined;
  /** Whose Pods ask; undefined for anybody. */
  readonly namespaces: Namespaces | undefined;
  /** Where it stands, and its words, for those who want to know which it was. */
  readonly at: string;
  readonly text: string;
}

export interface Namespaces {
  readonly names: ReadonlySet<string>;
  /** The word that asks for them. */
  readonly at: Token;
}

/** One directive: the first policy that is about a query counts. */
export interface AclRule {
  /** Undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  readonly policies: readonly Policy[];
}

interface Draft {
  readonly policies: Policy[];
}

const PROPERTIES: Record<Action, (line: Directive, draft: Draft) => void> = {
  allow: (line, { policies }) => void policies.push(readPolicy("allow", line)),
  block: (line, { policies }) => void policies.push(readPolicy("block", line)),
  filter: (line, { policies }) => void policies.push(readPolicy("filter", line)),
  drop: (line, { policies }) => void policies.push(readPolicy("drop", line)),
};

/** Reads `acl [ZONES...] { ACTION [type QTYPE...] [net SOURCE...] [namespace NAME...] }`. */
export function parseAcl(directive: Directive): AclRule {
  const { args } = directive;
  const faults = new Faults();
  const zones = args.length === 0 ? undefined : faults.try(() => parseZones(args));
  const draft: Draft = { policies: [] };
  faults.try(() => subDirectives(inLowerCase(directive), PROPERTIES, draft));
  faults.throwIfAny();
  return { zones, policies: draft.policies };
}

function readPolicy(action: Action, line: Directive): Policy {
  noBody(line);
  const { type, net, namespace } = readSections(line);
  return {
    action,
    types: type && readTypes(line, type),
    networks: net && readNetworks(line, net),
    namespaces: namespace && readNamespaces(line, namespace),
    at: `${line.file}:${line.line}`,
    text: [action, ...line.args.map(({ text }) => text)].join(" "),
  };
}

type Sections = Partial<Record<(typeof SECTIONS)[number], Token[]>>;

/** The words behind `type`, `net` and `namespace`. */
function readSections(line: Directive): Sections {
  const sections: Sections = {};
  let at: Token | undefined;
  let words: Token[] = [];
  for (const token of line.args) {
    const section = SECTIONS.find((one) => one === token.text.toLowerCase());
    if (section) {
      if (at && words.length === 0) throw emptySection(line, at);
      at = token;
      words = sections[section] ??= [];
    } else if (at) words.push(token);
    else throw unknownWord(line, token);
  }
  if (at && words.length === 0) throw emptySection(line, at);
  return sections;
}

function readTypes(line: Directive, words: readonly Token[]): ReadonlySet<number> | undefined {
  const types = words.map((token) => {
    if (token.text === "*") return undefined;
    const type = parseRrType(token.text);
    if (type === undefined) throw line.error(`unknown type "${token.text}"`, token);
    return type;
  });
  const named = types.filter((type) => type !== undefined);
  return named.length < types.length ? undefined : new Set(named);
}

function readNetworks(line: Directive, words: readonly Token[]): Networks | undefined {
  for (const token of words) if (token.text !== "*") readNetwork(line, token);
  if (words.some(({ text }) => text === "*")) return undefined;
  return new Networks(words.map(({ text }) => text));
}

function readNetwork(line: Directive, token: Token): Networks {
  try {
    return new Networks([token.text]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw line.error(`cannot parse "${token.text}": ${reason} such as 10.0.0.0/8`, token);
  }
}

/** What a namespace may be called (RFC 1123 §2.1, in lower case). */
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function readNamespaces(line: Directive, words: readonly Token[]): Namespaces | undefined {
  const [at] = words;
  const bad = words.find(({ text }) => !NAMESPACE.test(text));
  if (bad) throw line.error(`bad namespace "${bad.text}": not a name such as "shop"`, bad);
  return at && { names: new Set(words.map(({ text }) => text)), at };
}

function emptySection(line: Directive, at: Token): CorefileError {
  return line.error(`missing argument: nothing behind "${at.text}"`, at);
}

function unknownWord(line: Directive, token: Token): CorefileError {
  const expected = SECTIONS.map((one) => `"${one}"`).join(", ");
  const hint = didYouMean(token.text, SECTIONS);
  return line.error(`unknown word "${token.text}", expected ${expected}${hint}`, token);
}
