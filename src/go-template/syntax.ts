/**
 * The part of Go's text/template language that records are written in: text, pipelines,
 * variables, `if`, `with`, `range`. https://pkg.go.dev/text/template has the whole of it.
 */

/** A piece of a template, in the order of the source. */
export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly pipeline: Pipeline }
  | Branch;

/** `{{if P}} body {{else}} otherwise {{end}}`, and the same with `with` and `range`. */
export interface Branch {
  readonly kind: "if" | "with" | "range";
  readonly pipeline: Pipeline;
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[];
}

/** `$x := command | command`; each command's value is the last argument of the next one. */
export interface Pipeline {
  /** Variables that take the value; two only in a `range`. */
  readonly variables: readonly string[];
  /** Whether the variables are new (`:=`) or get another value (`=`). */
  readonly isDeclaration: boolean;
  readonly commands: readonly Command[];
}

/** A value alone, or a function or method and its arguments. */
export interface Command {
  readonly subject: Operand;
  readonly args: readonly Operand[];
}

/** A value and the fields to walk from it: `$x.Group.a` */
export interface Operand {
  readonly base: OperandBase;
  readonly fields: readonly string[];
}

export type OperandBase =
  | { readonly kind: "dot" | "nil" }
  | { readonly kind: "literal"; readonly value: string | bigint | number | boolean }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "pipeline"; readonly pipeline: Pipeline };

/** What a template may use. */
export interface Vocabulary {
  /** Fields of the data that `.` and `$` are at the top. */
  readonly fields: ReadonlySet<string>;
  /** Functions, and how many arguments each takes. */
  readonly functions: ReadonlyMap<string, { readonly min: number; readonly max: number }>;
}

/** What is known at a place in the template. */
export interface Scope {
  readonly vocabulary: Vocabulary;
  readonly variables: Set<string>;
  /** Whether `.` is the data itself, as it is outside of `with` and `range`. */
  readonly isDotRoot: boolean;
}

/** A template that is not one, or that cannot be filled in. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}
