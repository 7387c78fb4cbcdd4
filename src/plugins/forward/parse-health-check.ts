import { argumentRange, parseDurationMs } from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";

/** Probing faster than this would be a flood. */
const MIN_INTERVAL_MS = 10;

/** Reads `health_check DURATION [no_rec] [domain FQDN]`. */
export function parseHealthCheck(sub: Directive): {
  intervalMs: number;
  recursionDesired: boolean;
  domain: Name;
} {
  const [duration, ...words] = argumentRange(sub, 1, 4);
  const intervalMs = parseDurationMs(duration as Token, { min: MIN_INTERVAL_MS });
  let recursionDesired = true;
  let domain = Name.root;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as Token;
    if (word.text === "no_rec") {
      recursionDesired = false;
    } else if (word.text === "domain") {
      domain = parseDomain(word, words[++at]);
    } else {
      const hint = 'expected "no_rec" or "domain FQDN"';
      throw tokenError(word, `unknown health_check option "${word.text}", ${hint}`);
    }
  }
  return { intervalMs, recursionDesired, domain };
}

function parseDomain(word: Token, token: Token | undefined): Name {
  if (!token) throw tokenError(word, 'missing name behind "domain"');
  const name = Name.tryParse(token.text);
  if (!name) throw tokenError(token, `cannot parse "${token.text}": not a domain name`);
  return name;
}
