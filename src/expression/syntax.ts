/** A part of an expression. */
export type Node = (
  | {
      readonly kind: "literal";
      readonly value: null | boolean | bigint | number | string | Uint8Array;
    }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "pointer"; readonly name: string }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Node }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly kind: "member"; readonly of: Node; readonly key: Node; readonly isOptional: boolean }
  /** What is between has been left out where a `?.` came upon nil. */
  | { readonly kind: "chain"; readonly of: Node }
  | { readonly kind: "slice"; readonly of: Node; readonly from?: Node; readonly to?: Node }
  | { readonly kind: "call"; readonly callee: Node; readonly args: readonly Node[] }
  | { readonly kind: "builtin"; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: "let"; readonly name: string; readonly value: Node; readonly body: Node }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "condition"; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: "array"; readonly elements: readonly Node[] }
  | {
      readonly kind: "map";
      readonly pairs: readonly { readonly key: Node; readonly value: Node }[];
    }
) & {
  /** Offset into the expression's text, for messages. */
  readonly at: number;
};

export type NodeOf<Kind extends Node["kind"]> = Extract<Node, { kind: Kind }>;

export interface BinaryOperator {
  readonly precedence: number;
  readonly isRightAssociative?: boolean;
}

export const UNARY: Readonly<Record<string, number>> = { not: 50, "!": 50, "-": 90, "+": 90 };

export const BINARY: ReadonlyMap<string, BinaryOperator> = new Map([
  ["|", { precedence: 0 }],
  ["or", { precedence: 10 }],
  ["||", { precedence: 10 }],
  ["and", { precedence: 15 }],
  ["&&", { precedence: 15 }],
  ["==", { precedence: 20 }],
  ["!=", { precedence: 20 }],
  ["<", { precedence: 20 }],
  [">", { precedence: 20 }],
  [">=", { precedence: 20 }],
  ["<=", { precedence: 20 }],
  ["in", { precedence: 20 }],
  ["matches", { precedence: 20 }],
  ["contains", { precedence: 20 }],
  ["startsWith", { precedence: 20 }],
  ["endsWith", { precedence: 20 }],
  ["..", { precedence: 25 }],
  ["+", { precedence: 30 }],
  ["-", { precedence: 30 }],
  ["*", { precedence: 60 }],
  ["/", { precedence: 60 }],
  ["%", { precedence: 60 }],
  ["**", { precedence: 100, isRightAssociative: true }],
  ["^", { precedence: 100, isRightAssociative: true }],
  ["??", { precedence: 500 }],
]);

/** What may stand behind `not`, as in `not in`. */
export const NEGATABLE: ReadonlySet<string> = new Set([
  "contains",
  "matches",
  "startsWith",
  "endsWith",
  "in",
]);

export const COMPARISONS: ReadonlySet<string> = new Set(["<", ">", "<=", ">="]);

/** Functions whose second argument is looked at for each element, and how many they take. */
export const PREDICATE_FUNCTIONS: ReadonlyMap<string, { min: number; max: number }> = new Map([
  ...["all", "none", "any", "one", "filter", "map", "find", "findIndex"].map(exactlyTwo),
  ...["findLast", "findLastIndex", "groupBy"].map(exactlyTwo),
  ["count", { min: 1, max: 2 }],
  ["sum", { min: 1, max: 2 }],
  ["sortBy", { min: 2, max: 3 }],
  ["reduce", { min: 2, max: 3 }],
] as const);

function exactlyTwo(name: string): [string, { min: number; max: number }] {
  return [name, { min: 2, max: 2 }];
}
