/**
 * What is known of a value before there is one. Types are checked as expr-lang does: what is
 * unknown may be anything, and shows itself when the expression is evaluated.
 */
export type Type =
  | { readonly kind: SimpleKind }
  | { readonly kind: "array"; readonly element: Type }
  | { readonly kind: "map"; readonly key: Type; readonly element: Type }
  | Signature;

type SimpleKind =
  | "unknown"
  | "nil"
  | "bool"
  | "int"
  | "float"
  | "string"
  | "bytes"
  | "time"
  | "duration"
  | "timezone"
  | "month"
  | "weekday";

/** The type of a function. */
export interface Signature {
  readonly kind: "function";
  readonly parameters: readonly Type[];
  readonly result: Type;
}

export const UNKNOWN: Type = { kind: "unknown" };
export const NIL: Type = { kind: "nil" };
export const BOOL: Type = { kind: "bool" };
export const INT: Type = { kind: "int" };
export const FLOAT: Type = { kind: "float" };
export const STRING: Type = { kind: "string" };
export const BYTES: Type = { kind: "bytes" };
export const TIME: Type = { kind: "time" };
export const DURATION: Type = { kind: "duration" };
export const TIMEZONE: Type = { kind: "timezone" };
export const MONTH: Type = { kind: "month" };
export const WEEKDAY: Type = { kind: "weekday" };
export const ARRAY: Type = { kind: "array", element: UNKNOWN };
export const MAP: Type = { kind: "map", key: UNKNOWN, element: UNKNOWN };
/** What is written in braces has strings for keys. */
export const LITERAL_MAP: Type = { kind: "map", key: STRING, element: UNKNOWN };

export function arrayOf(element: Type): Type {
  return { kind: "array", element };
}

export function signature(parameters: readonly Type[], result: Type): Signature {
  return { kind: "function", parameters, result };
}

export function isUnknown({ kind }: Type): boolean {
  return kind === "unknown";
}

export function isNumber({ kind }: Type): boolean {
  return kind === "int" || kind === "float";
}

/** Whether it has elements that predicates can look at. */
export function hasElements({ kind }: Type): boolean {
  return kind === "array" || kind === "bytes" || kind === "unknown";
}

/** The type of an array's elements. */
export function elementOf(type: Type): Type {
  if (type.kind === "array" || type.kind === "map") return type.element;
  return type.kind === "bytes" ? INT : UNKNOWN;
}

/** Whether a value of the type can be given where the other one is wanted. */
export function isAssignable(type: Type, to: Type): boolean {
  if (isUnknown(type) || isUnknown(to)) return true;
  if (type.kind === "nil") return to.kind === "array" || to.kind === "map";
  return type.kind === to.kind && (type.kind !== "map" || isSameKey(type, to));
}

function isSameKey(type: Type & { kind: "map" }, to: Type): boolean {
  return to.kind === "map" && type.key.kind === to.key.kind;
}

export function isComparable(left: Type, right: Type): boolean {
  if (left.kind === "nil" || right.kind === "nil") return true;
  if (isNumber(left) && isNumber(right)) return true;
  if (hasElements(left) && hasElements(right)) return true;
  return isAssignable(left, right);
}

/** Whether both are of the same one of these kinds, as far as that is known. */
export function areBoth(
  left: Type,
  right: Type,
  ...kinds: readonly (Type["kind"] | "number")[]
): boolean {
  return kinds.some((kind) => isOf(left, kind) && isOf(right, kind));
}

function isOf(type: Type, kind: Type["kind"] | "number"): boolean {
  if (isUnknown(type)) return true;
  return kind === "number" ? isNumber(type) : type.kind === kind;
}

/** As messages call it: `array of int`. */
export function formatType(type: Type): string {
  if (type.kind === "array" && !isUnknown(type.element)) {
    return `array of ${formatType(type.element)}`;
  }
  return type.kind;
}
