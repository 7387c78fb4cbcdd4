import { parsePattern } from "../../corefile/pattern.ts";
import type { RE2JS } from "re2js";
import {
  argumentRange,
  atLeastOne,
  noBody,
  oneArgument,
  parseInteger,
  parseFallthrough,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import type { EdnsOption } from "../../dns/edns.ts";
import { extendedErrorOption } from "../../dns/edns.ts";
import { Rcode, parseRcode } from "../../dns/iana/rcode.ts";
import { RrClass, formatRrClass, parseRrClass } from "../../dns/iana/rr-class.ts";
import { parseRrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { Environment } from "../../expression/environment.ts";
import { isVariableName } from "../../expression/program.ts";
import type { WrittenExpression } from "../../expression/query-expression.ts";
import { readExpression } from "../../expression/query-expression.ts";
import { judgeType } from "../../server/contract/admission.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { TemplateContext } from "./template-environment.ts";
import { TEMPLATE_ENVIRONMENT } from "./template-environment.ts";
import { RecordTemplate } from "./record-template.ts";

export interface TemplateOptions {
  /** 255 is any. */
  readonly rrClass: number;
  /** 255 is any. */
  readonly type: number;
  /** Undefined for the zones of the server block. */
  readonly zones: readonly Name[] | undefined;
  /** The first that matches counts; none matches everything. */
  readonly patterns: RE2JS[];
  /** Computed for each query that matches, in this order; each may use those before it. */
  readonly variables: TemplateVariable[];
  /** All of them must be true. */
  readonly conditions: WrittenExpression<TemplateContext>[];
  /** What the next expression may name. */
  environment: Environment<TemplateContext>;
  readonly answer: RecordTemplate[];
  readonly authority: RecordTemplate[];
  readonly additional: RecordTemplate[];
  /** Metadata that templates ask for by name, and where. */
  readonly metadata: { readonly label: string; readonly at: Token }[];
  rcode: number;
  extendedError: EdnsOption | undefined;
  /** Zones whose names go on to the next plugin if no pattern matches. */
  fallthrough: readonly Name[];
}

export interface TemplateVariable {
  readonly name: string;
  readonly expression: WrittenExpression<TemplateContext>;
}

type Property = (sub: Directive, options: TemplateOptions) => void;

const PROPERTIES: Record<string, Property> = {
  match(sub, options) {
    options.patterns.push(...atLeastOne(sub).map((token) => parsePattern(token)));
  },
  answer: readRecords("answer"),
  authority: readRecords("authority"),
  additional: readRecords("additional"),
  rcode(sub, options) {
    const token = oneArgument(sub);
    const rcode = parseRcode(token.text);
    if (rcode === undefined) {
      const known = Object.keys(Rcode).join(" ");
      throw sub.error(`unknown response code "${token.text}": known are ${known}`, token);
    }
    options.rcode = rcode;
  },
  ederror(sub, options) {
    const [code, reason] = argumentRange(sub, 1, 2);
    if (!code) return;
    const infoCode = parseInteger(code, { min: 0, max: 65_535 });
    options.extendedError = extendedErrorOption(infoCode, reason?.text);
  },
  fallthrough(sub, options) {
    options.fallthrough = parseFallthrough(sub);
  },
  // Says since CoreDNS 1.7 what is done anyway: aliases are followed.
  upstream() {},
  var(sub, options) {
    const [name, ...words] = argumentRange(sub, 2, Infinity);
    if (!name) return;
    const { environment } = options;
    if (!isVariableName(name.text, environment)) {
      const state = `expected a name that is neither taken nor a word of the language`;
      throw sub.error(`cannot declare "${name.text}": ${state}`, name);
    }
    const expression = readExpression(sub, words, environment);
    options.variables.push({ name: name.text, expression });
    options.environment = {
      ...environment,
      [name.text]: {
        type: expression.program.type,
        read: ({ variables }) => variables.get(name.text) ?? null,
      },
    };
  },
  expr(sub, options) {
    options.conditions.push(readExpression(sub, atLeastOne(sub), options.environment));
  },
};

/** Reads `template CLASS TYPE [ZONE...] { ... }`. */
export function parseTemplateDirective(directive: Directive): TemplateOptions {
  const [rrClass, type, ...zones] = argumentRange(directive, 2, Infinity);
  const asked = parseQuestion(directive, rrClass, type);
  const options: TemplateOptions = {
    ...asked,
    zones: zones.length === 0 ? undefined : parseZones(zones),
    patterns: [],
    variables: [],
    conditions: [],
    environment: TEMPLATE_ENVIRONMENT,
    answer: [],
    authority: [],
    additional: [],
    metadata: [],
    rcode: Rcode.NOERROR,
    extendedError: undefined,
    fallthrough: [],
  };
  for (const sub of directive.body) noBody(sub);
  return subDirectives(directive, PROPERTIES, options);
}

function readRecords(section: "answer" | "authority" | "additional"): Property {
  return (sub, options) => {
    for (const at of atLeastOne(sub)) {
      const template = parseRecordTemplate(sub, at);
      options[section].push(template);
      options.metadata.push(...template.labels.map((label) => ({ label, at })));
    }
  };
}

function parseRecordTemplate(sub: Directive, token: Token): RecordTemplate {
  try {
    return new RecordTemplate(token.text);
  } catch (error) {
    throw sub.error(`cannot parse template "${token.text}": ${messageOf(error)}`, token);
  }
}

/** @throws {CorefileError} for questions that never come to a plugin. */
function parseQuestion(
  directive: Directive,
  classToken: Token | undefined,
  typeToken: Token | undefined,
): { rrClass: number; type: number } {
  const rrClass = parseKnown(directive, classToken, "class", parseRrClass);
  const type = parseKnown(directive, typeToken, "type", parseRrType);
  if (rrClass !== RrClass.IN && rrClass !== RrClass.ANY && rrClass !== RrClass.CH) {
    throw unservedClass(directive, rrClass, "class IN is served, and CH with chaos");
  }
  if (judgeType(type) !== Rcode.NOERROR) {
    const reason = "such questions are turned away before any plugin is asked";
    throw directive.error(`cannot match type "${typeToken?.text}": ${reason}`, typeToken);
  }
  return { rrClass, type };
}

/**
 * Questions of class CH come to a server block only where some plugin is about them.
 * @throws {CorefileError} if none is
 */
export function requireServedClass({ rrClass }: TemplateOptions, context: PluginContext): void {
  if (rrClass !== RrClass.CH || context.plugins.includes("chaos")) return;
  throw unservedClass(
    context.directive,
    rrClass,
    "class IN is served, CH only where there is chaos",
  );
}

function unservedClass(directive: Directive, rrClass: number, what: string): Error {
  const [token] = directive.args;
  const reason = `${what}; questions of ${formatRrClass(rrClass)} are refused`;
  return directive.error(`cannot match class "${token?.text}": ${reason}`, token);
}

function parseKnown(
  directive: Directive,
  token: Token | undefined,
  kind: "class" | "type",
  parse: (text: string) => number | undefined,
): number {
  const value = parse(token?.text ?? "");
  if (value !== undefined) return value;
  const example = kind === "class" ? "IN or ANY" : "A, PTR or ANY";
  throw directive.error(`unknown ${kind} "${token?.text ?? ""}": expected ${example}`, token);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
