import type { PartParser } from "./part-parser.ts";
import type { Node } from "./syntax.ts";

/** Expressions with commas between; there may be one behind the last. */
export function parseList(parser: PartParser, open: string, close: string): Node[] {
  const { tokens } = parser;
  tokens.expect(open);
  const nodes: Node[] = [];
  while (!tokens.is(close)) {
    if (nodes.length > 0) tokens.expect(",", `an operator, "," or "${close}"`);
    if (tokens.is(close)) break;
    nodes.push(parser.expression(0));
  }
  tokens.expect(close);
  return nodes;
}

export function parseArray(parser: PartParser): Node {
  const { tokens, tree } = parser;
  const { at } = tokens.current;
  const elements = parseList(parser, "[", "]");
  return tree.make({ kind: "array", elements, at }, ...elements);
}

export function parseMap(parser: PartParser): Node {
  const { tokens, tree } = parser;
  const { at } = tokens.current;
  const pairs: { key: Node; value: Node }[] = [];
  tokens.expect("{");
  while (!tokens.is("}")) {
    if (pairs.length > 0) tokens.expect(",", 'an operator, "," or "}"');
    if (tokens.is("}")) break;
    const key = parseKey(parser);
    tokens.expect(":");
    pairs.push({ key, value: parser.expression(0) });
  }
  tokens.expect("}");
  return tree.make({ kind: "map", pairs, at }, ...pairs.flatMap((pair) => [pair.key, pair.value]));
}

function parseKey(parser: PartParser): Node {
  const { tokens, tree } = parser;
  const { kind, text, at } = tokens.current;
  if (tokens.is("(")) return parser.expression(0);
  if (kind !== "number" && kind !== "string" && kind !== "identifier") {
    throw tokens.unexpected("a key: a name, a string, a number or an expression in brackets");
  }
  tokens.take();
  return tree.make({ kind: "literal", value: text, at });
}
