import { isIP } from "node:net";
import {
  atLeastOne,
  oneArgument,
  parsePort,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import { parseIpAddress } from "../../kube/ip-address.ts";

/** Who may have a zone, and is told when it has changed. */
export interface Secondary {
  /** In canonical form. */
  readonly address: string;
  readonly port: number;
}

/** One directive. */
export interface TransferRule {
  /** Undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  /** Whether everybody may have them. */
  isForAll: boolean;
  readonly to: Secondary[];
  /** The local address of notifications. */
  source: string | undefined;
  /** Whose key notifications are signed with. */
  keyName: Token | undefined;
}

const DNS_PORT = 53;

const PROPERTIES: Record<string, (sub: Directive, rule: TransferRule) => void> = {
  to(sub, rule) {
    for (const token of atLeastOne(sub)) {
      if (token.text === "*") rule.isForAll = true;
      else rule.to.push(parseSecondary(token));
    }
  },
  source(sub, rule) {
    const token = oneArgument(sub);
    if (rule.source !== undefined) throw tokenError(sub.name, "source already specified");
    rule.source = parseIpAddress(token.text)?.text;
    if (rule.source === undefined)
      throw tokenError(token, `invalid source address "${token.text}"`);
  },
  key(sub, rule) {
    const token = oneArgument(sub);
    if (rule.keyName !== undefined) throw tokenError(sub.name, "key can stand only once");
    if (!Name.tryParse(token.text)) throw tokenError(token, `bad name of a key: "${token.text}"`);
    rule.keyName = token;
  },
};

/** Reads `transfer [ZONE...] { to ADDRESS...; source ADDRESS; key NAME }`; several of a block are one plugin. */
export function parseTransfer(directive: Directive): readonly TransferRule[] {
  const { args } = directive;
  const zones = args.length === 0 ? undefined : parseZones(args);
  const draft: TransferRule = {
    zones,
    isForAll: false,
    to: [],
    source: undefined,
    keyName: undefined,
  };
  const rule = subDirectives(directive, PROPERTIES, draft);
  if (rule.isForAll || rule.to.length > 0) return [rule];
  throw directive.error(`"to" is required`);
}

/** `192.0.2.1`, `192.0.2.1:5300`, `2001:db8::1`, `[2001:db8::1]:5300`. */
function parseSecondary(token: Token): Secondary {
  const { text } = token;
  const [, host, port] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text)?.flatMap((part) => part ?? []) ?? [];
  const address = parseIpAddress(isIP(text) > 0 ? text : (host ?? ""))?.text;
  if (address === undefined) {
    throw tokenError(token, `bad address "${text}": expected *, an IP address, or one with a port`);
  }
  if (isIP(text) > 0 || port === undefined) return { address, port: DNS_PORT };
  return { address, port: parsePort({ ...token, text: port }) };
}
