import { isIP } from "node:net";
import type { Corefile } from "../../corefile/corefile.ts";
import type { Token } from "../../corefile/directive.ts";
import { Directive } from "../../corefile/directive.ts";

/**
 * The same Corefile with an address in the place of each interface that *bind* names: which there are on another machine
 * nobody knows here. Each has an address of its own, of those for documents (RFC 3849).
 */
export function withoutInterfaces(corefile: Corefile): Corefile {
  const addresses = new Map<string, string>();
  const replace = (token: Token): Token => {
    if (isIP(token.text) !== 0) return token;
    const known = addresses.get(token.text) ?? `2001:db8::${(addresses.size + 1).toString(16)}`;
    addresses.set(token.text, known);
    return { ...token, text: known };
  };
  const replaceAll = (directive: Directive): Directive => {
    const { name, hasBody, scope } = directive;
    const args = directive.args.map(replace);
    return new Directive({ name, args, body: directive.body.map(replaceAll), hasBody, scope });
  };
  const blocks = corefile.blocks.map((block) => ({
    ...block,
    directives: block.directives.map((one) => (one.name.text === "bind" ? replaceAll(one) : one)),
  }));
  return { ...corefile, blocks };
}
