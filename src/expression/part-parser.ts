import { ExpressionError } from "./expression-error.ts";
import { MAX_DEPTH } from "./limits.ts";
import type { Node } from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

/** What the parts of an expression are read with. */
export interface PartParser {
  readonly tokens: TokenReader;
  readonly tree: TreeBuilder;
  expression(precedence: number): Node;
}

/** Keeps trees low: whoever walks them calls himself. */
export class TreeBuilder {
  readonly #heights = new WeakMap<Node, number>();

  /** @throws {ExpressionError} if it is too high on its parts. */
  make(node: Node, ...parts: readonly (Node | undefined)[]): Node {
    const heights = parts.map((part) => (part && this.#heights.get(part)) ?? 0);
    const height = Math.max(0, ...heights) + 1;
    if (height > MAX_DEPTH) throw tooDeep(node.at);
    this.#heights.set(node, height);
    return node;
  }
}

export function tooDeep(at: number): ExpressionError {
  return new ExpressionError(`too deep: more than ${MAX_DEPTH} operators in one another`, at);
}
