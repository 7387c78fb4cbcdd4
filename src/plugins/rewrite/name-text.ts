import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { QueryError } from "../../server/contract/query-error.ts";

/** A name as rules and their expressions see it: absolute, with CoreDNS's escapes, capitals kept. */
export function nameText(name: Name): string {
  const text = name.toString();
  // We escape one character more than CoreDNS does.
  return text.includes("$")
    ? text.replace(/\\(.)/g, (all, one) => (one === "$" ? one : all))
    : text;
}

/** The same name in lower case. */
export function lowerCaseName(name: Name): Name {
  return name.wire === name.key ? name : Name.fromWire(name.key, name.key);
}

/** @throws {QueryError} where a rule has made something that is no name. */
export function nameOf(text: string, from: string): Name {
  const name = Name.tryParse(text);
  if (name) return name;
  const short = text.length > 300 ? `${text.slice(0, 300)}...` : text;
  throw new QueryError(
    Rcode.SERVFAIL,
    `Cannot rewrite "${from}": "${short}" is not a domain name`,
    {
      ede: ExtendedErrorCode.OTHER,
      explanation: "rewriting has made something that is not a domain name",
    },
  );
}
