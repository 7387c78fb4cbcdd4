import { parseChoiceInAnyCase, parseInteger } from "../../corefile/arguments.ts";
import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { OptionChange, OptionValue } from "./option-rule.ts";
import { changeOption, removeOption } from "./option-rule.ts";
import { constantValue, subnetValue, variableValue } from "./option-value.ts";
import type { Rule } from "./rule.ts";
import type { Words } from "./words.ts";

const KINDS = ["local", "nsid", "subnet"] as const;
const CHANGES = ["set", "append", "replace", "unset"] as const;
const CODES = { nsid: OptionCode.NSID, subnet: OptionCode.CLIENT_SUBNET } as const;

/** `local|nsid|subnet set|append|replace|unset ... [revert]`. */
export function parseEdnsRule(words: Words): Rule["make"] {
  const kind = parseChoiceInAnyCase(words.next("kind of option"), KINDS);
  const change = parseChoiceInAnyCase(words.next("action"), CHANGES);
  const code = kind === "local" ? parseCode(words.next("option code")) : CODES[kind];
  if (change === "unset") {
    words.end();
    return () => removeOption(code);
  }
  const value = parseValue(kind, words);
  const isReverted = words.takes("revert");
  words.end();
  return (context) =>
    changeOption({ ...rule(kind, code, change), value: value(context), isReverted });
}

function rule(
  kind: (typeof KINDS)[number],
  code: number,
  change: OptionChange,
): { code: number; change: OptionChange; isShown: boolean } {
  return { code, change, isShown: kind === "local" };
}

type MakeValue = (context: PluginContext) => OptionValue;

function parseValue(kind: (typeof KINDS)[number], words: Words): MakeValue {
  if (kind === "nsid") return () => constantValue(Buffer.alloc(0));
  if (kind === "local") return parseData(words.next("data"));
  const bits = { max: 32, min: 0 };
  const v4 = parseInteger(words.next("length of IPv4 prefixes"), bits);
  const v6 = parseInteger(words.next("length of IPv6 prefixes"), { ...bits, max: 128 });
  return () => subnetValue(v4, v6);
}

/** As Go reads numbers: `65518`, `0xffee`, `0o177756`, `0b11`. */
function parseCode(token: Token): number {
  const text = token.text.replace(/^0(?=[0-7]+$)/, "0o");
  const code = /^(0x[\da-f]+|0o[0-7]+|0b[01]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (code <= 0xffff) return code;
  throw tokenError(token, `cannot parse option code "${token.text}": not a number up to 65535`);
}

/** Hexadecimal behind `0x`, a variable in braces, or text as it is. */
function parseData(token: Token): MakeValue {
  const { text } = token;
  if (text === "revert") throw tokenError(token, 'missing data in front of "revert"');
  if (/^\{.*\}$/.test(text)) return parseVariable(token, text.slice(1, -1));
  if (!text.startsWith("0x")) return () => constantValue(Buffer.from(text));
  if (/^(?:[\da-f]{2})*$/i.test(text.slice(2))) {
    return () => constantValue(Buffer.from(text.slice(2), "hex"));
  }
  throw tokenError(token, `cannot parse data "${text}": not pairs of hexadecimal digits behind 0x`);
}

function parseVariable(token: Token, name: string): MakeValue {
  const value = variableValue(name);
  if (value) return () => value;
  if (!/^[^/\s]+\/\S+$/.test(name)) throw tokenError(token, `unknown variable "${token.text}"`);
  return (context) => {
    const metadata = context.metadata(name, token);
    return { isPerClient: true, of: ({ query }) => textData(metadata(query)) };
  };
}

function textData(text: string): Buffer | undefined {
  return text === "" ? undefined : Buffer.from(text);
}
