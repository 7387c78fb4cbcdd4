import { TemplateError } from "./syntax.ts";

/** What stands between two actions, or the tokens of one. */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly tokens: readonly ActionToken[] };

export interface ActionToken {
  readonly kind: TokenKind;
  readonly text: string;
  /** `.A.B` is one value and `.A .B` are two. */
  readonly isAfterSpace: boolean;
}

export type TokenKind = "string" | "number" | "field" | "dot" | "variable" | "word" | "sign";

const TOKENS: readonly (readonly [TokenKind, RegExp])[] = [
  ["string", /"(?:\\.|[^"\\\n])*"|`[^`]*`/y],
  ["number", /[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?)(?![\w.])/y],
  ["field", /\.[A-Za-z_]\w*/y],
  ["dot", /\.(?!\w)/y],
  ["variable", /\$\w*/y],
  ["word", /[A-Za-z_]\w*/y],
  ["sign", /:=|[=|(),]/y],
];

const OPEN = /\{\{(?<trim>-(?=\s))?(?<comment>\s*\/\*)?/g;
const CLOSE = /\s*(?<trim>(?<=\s)-)?\}\}/y;
const COMMENT_CLOSE = /\*\/(?:\s+(?<trim>-))?\}\}/g;

/**
 * Cuts a template into text and actions. `{{- ` and ` -}}` take away the white space next to them.
 * @throws {TemplateError} for an action that does not end, or holds what no token is.
 */
export function lexTemplate(source: string): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  let trimsNext = false;
  for (;;) {
    OPEN.lastIndex = at;
    const open = OPEN.exec(source);
    let text = source.slice(at, open?.index ?? source.length);
    if (trimsNext) text = text.trimStart();
    if (open?.groups?.["trim"]) text = text.trimEnd();
    if (text !== "") segments.push({ kind: "text", text });
    if (!open) return segments;
    const action = open.groups?.["comment"]
      ? skipComment(source, OPEN.lastIndex)
      : lexAction(source, OPEN.lastIndex);
    if (action.tokens) segments.push({ kind: "action", tokens: action.tokens });
    at = action.end;
    trimsNext = action.trimsNext;
  }
}

interface Action {
  readonly tokens?: readonly ActionToken[];
  readonly end: number;
  readonly trimsNext: boolean;
}

function lexAction(source: string, start: number): Action {
  const tokens: ActionToken[] = [];
  let at = start;
  for (;;) {
    CLOSE.lastIndex = at;
    const close = CLOSE.exec(source);
    if (close) {
      return { tokens, end: CLOSE.lastIndex, trimsNext: close.groups?.["trim"] !== undefined };
    }
    const spaced = skipSpace(source, at);
    if (spaced === source.length) throw new TemplateError(`"{{" without "}}"`);
    const [kind, text] = lexToken(source, spaced);
    tokens.push({ kind, text, isAfterSpace: spaced > at });
    at = spaced + text.length;
  }
}

function lexToken(source: string, at: number): [TokenKind, string] {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match) return [kind, match[0]];
  }
  throw new TemplateError(`unexpected "${source.slice(at, at + 10)}"`);
}

function skipSpace(source: string, start: number): number {
  let at = start;
  while (at < source.length && /\s/.test(source.charAt(at))) at++;
  return at;
}

function skipComment(source: string, start: number): Action {
  COMMENT_CLOSE.lastIndex = start;
  const close = COMMENT_CLOSE.exec(source);
  if (!close) throw new TemplateError(`"{{/*" without "*/}}"`);
  return { end: COMMENT_CLOSE.lastIndex, trimsNext: close.groups?.["trim"] !== undefined };
}
