import { parseList } from "./collection-parser.ts";
import type { PartParser } from "./part-parser.ts";
import type { Node } from "./syntax.ts";

/** What follows a value: fields, indexes, slices, calls of methods. */
export function parsePostfix(parser: PartParser, first: Node): Node {
  const { tokens } = parser;
  let node = first;
  for (;;) {
    const isOptional = tokens.is("?.");
    if (isOptional && tokens.next.text === "[" && tokens.next.kind === "bracket") {
      tokens.take();
    } else if (isOptional || tokens.is(".")) {
      node = parseMember(parser, node, isOptional);
      continue;
    }
    if (!tokens.is("[")) return node;
    node = parseIndex(parser, node, isOptional);
  }
}

function parseMember(parser: PartParser, node: Node, isOptional: boolean): Node {
  const { tokens, tree } = parser;
  tokens.take();
  const { kind, text, at } = tokens.current;
  const isWord = kind === "operator" && /^\p{L}+$/u.test(text);
  if (kind !== "identifier" && !isWord) throw tokens.unexpected("a name");
  tokens.take();
  const isChain = node.kind === "chain";
  const of = isChain ? node.of : node;
  const key = tree.make({ kind: "literal", value: text, at });
  let made = tree.make({ kind: "member", of, key, isOptional, at }, of, key);
  if (tokens.is("(")) {
    const args = parseList(parser, "(", ")");
    made = tree.make({ kind: "call", callee: made, args, at }, made, ...args);
  }
  return isChain || isOptional ? tree.make({ kind: "chain", of: made, at }, made) : made;
}

function parseIndex(parser: PartParser, of: Node, isOptional: boolean): Node {
  const { tokens, tree } = parser;
  const { at } = tokens.take();
  const from = tokens.is(":") ? undefined : parser.expression(0);
  if (tokens.accept(":")) {
    const to = tokens.is("]") ? undefined : parser.expression(0);
    tokens.expect("]");
    const bounds = { ...(from && { from }), ...(to && { to }) };
    return tree.make({ kind: "slice", of, ...bounds, at }, of, from, to);
  }
  tokens.expect("]", 'an operator, ":" or "]"');
  if (!from) throw tokens.unexpected("an index");
  const member = tree.make({ kind: "member", of, key: from, isOptional, at }, of, from);
  return isOptional ? tree.make({ kind: "chain", of: member, at }, member) : member;
}
