import {
  argumentRange,
  atLeastOne,
  oneArgument,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { parseRrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import { didYouMean } from "../../text/nearest-name.ts";
import { algorithmOf, secretOf } from "./key-words.ts";

/** What has to be signed. */
export interface Required {
  isAll: boolean;
  readonly values: Set<number>;
}

export interface TsigOptions {
  /** Undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  /** By the keys of their names. */
  readonly keys: Map<string, TsigKey>;
  /** Files with more keys, as written. */
  readonly files: Token[];
  readonly types: Required;
  readonly opcodes: Required;
}

/** Those that can be named. */
const OPCODES: Readonly<Record<string, number>> = {
  QUERY: Opcode.QUERY,
  IQUERY: Opcode.IQUERY,
  STATUS: Opcode.STATUS,
  NOTIFY: Opcode.NOTIFY,
  UPDATE: Opcode.UPDATE,
};

const PROPERTIES: Record<string, (sub: Directive, options: TsigOptions) => void> = {
  secret(sub, { keys }) {
    const [name = sub.name, secret = sub.name, algorithm] = argumentRange(sub, 2, 3);
    const key = readKey(name, secret, algorithm);
    if (keys.has(key.name.key)) throw tokenError(name, `key "${name.text}" is there twice`);
    keys.set(key.name.key, key);
  },
  secrets(sub, { files }) {
    files.push(oneArgument(sub));
  },
  require(sub, { types }) {
    readRequired(sub, types, (token) => {
      const type = parseRrType(token.text);
      if (type === undefined) throw tokenError(token, `unknown type "${token.text}"`);
      return type;
    });
  },
  require_opcode(sub, { opcodes }) {
    readRequired(sub, opcodes, (token) => {
      const opcode = OPCODES[token.text.toUpperCase()];
      if (opcode !== undefined) return opcode;
      const hint = didYouMean(token.text, Object.keys(OPCODES));
      throw tokenError(token, `unknown opcode "${token.text}"${hint}`);
    });
  },
};

/** Reads `tsig [ZONES...] { ... }`. */
export function parseTsig(directive: Directive): TsigOptions {
  const { args } = directive;
  return subDirectives(directive, PROPERTIES, {
    zones: args.length === 0 ? undefined : parseZones(args),
    keys: new Map(),
    files: [],
    types: { isAll: false, values: new Set() },
    opcodes: { isAll: false, values: new Set() },
  });
}

/** Messages say nothing of a secret. */
function readKey(name: Token, secret: Token, algorithm: Token | undefined): TsigKey {
  const parsed = Name.tryParse(name.text);
  if (!parsed) throw tokenError(name, `bad name of a key "${name.text}"`);
  const octets = secretOf(secret.text);
  if (typeof octets === "string")
    throw tokenError(secret, `bad secret of key "${name.text}": ${octets}`);
  if (!algorithm) return { name: parsed, secret: octets, configured: undefined };
  const configured = algorithmOf(algorithm.text);
  if (typeof configured !== "string") return { name: parsed, secret: octets, configured };
  throw tokenError(algorithm, configured);
}

/** Several lines add up. */
function readRequired(sub: Directive, required: Required, read: (token: Token) => number): void {
  const tokens = atLeastOne(sub);
  const [first] = tokens;
  if (tokens.length === 1 && first?.text === "none") return;
  if (tokens.length === 1 && first?.text === "all") {
    required.isAll = true;
    return;
  }
  for (const token of tokens) required.values.add(read(token));
}
