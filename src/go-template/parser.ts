import type { ActionToken, Segment } from "./lexer.ts";
import { lexTemplate } from "./lexer.ts";
import { parsePipeline } from "./pipeline.ts";
import type { Branch, Scope, TemplateNode, Vocabulary } from "./syntax.ts";
import { TemplateError } from "./syntax.ts";

/**
 * Reads a template.
 * @throws {TemplateError} for what is not in the language, the vocabulary, or in its place.
 */
export function parseTemplate(source: string, vocabulary: Vocabulary): TemplateNode[] {
  const parser = new TemplateParser(lexTemplate(source));
  return parser.parse({ vocabulary, variables: new Set(["$"]), isDotRoot: true });
}

const BRANCHES: ReadonlyMap<string, Branch["kind"]> = new Map([
  ["if", "if"],
  ["with", "with"],
  ["range", "range"],
]);

class TemplateParser {
  readonly #segments: readonly Segment[];
  #at = 0;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
  }

  parse(scope: Scope): TemplateNode[] {
    const { nodes, stop } = this.#nodes(scope);
    if (stop) throw new TemplateError(`"${stop[0]?.text}" without "if", "with" or "range"`);
    return nodes;
  }

  /** Nodes up to `{{else ...}}` or `{{end}}`, whose tokens are `stop`, or to the end. */
  #nodes(scope: Scope): { nodes: TemplateNode[]; stop?: readonly ActionToken[] } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const segment = this.#segments[this.#at++];
      if (!segment) return { nodes };
      if (segment.kind === "text") {
        nodes.push(segment);
        continue;
      }
      const { tokens } = segment;
      const keyword = tokens[0]?.kind === "word" ? tokens[0].text : "";
      if (keyword === "else" || keyword === "end") return { nodes, stop: tokens };
      const kind = BRANCHES.get(keyword);
      if (kind) nodes.push(this.#branch(kind, tokens, scope));
      else nodes.push({ kind: "action", pipeline: parsePipeline(tokens, scope) });
    }
  }

  #branch(kind: Branch["kind"], tokens: readonly ActionToken[], outer: Scope): Branch {
    const scope = { ...outer, variables: new Set(outer.variables) };
    const pipeline = parsePipeline(tokens.slice(1), scope, kind === "range");
    const isDotRoot = kind === "if" && outer.isDotRoot;
    const { nodes: body, stop } = this.#nodes({ ...scope, isDotRoot });
    if (!stop) throw new TemplateError(`"${kind}" without "end"`);
    const isElse = stop[0]?.text === "else";
    const otherwise = isElse ? this.#otherwise(kind, stop, scope) : [];
    if (!isElse) expectEnd(stop, kind);
    return { kind, pipeline, body, otherwise };
  }

  /** `{{else}} ... {{end}}`, or `{{else if P}} ...`, which shares the `end`. */
  #otherwise(kind: Branch["kind"], tokens: readonly ActionToken[], scope: Scope): TemplateNode[] {
    const next = tokens[1];
    if (next) {
      if (next.text !== kind || kind === "range") {
        throw new TemplateError(`unexpected "${next.text}" behind "else"`);
      }
      return [this.#branch(kind, tokens.slice(1), scope)];
    }
    const { nodes, stop } = this.#nodes(scope);
    expectEnd(stop, kind);
    return nodes;
  }
}

function expectEnd(stop: readonly ActionToken[] | undefined, kind: string): void {
  if (stop?.[0]?.text !== "end") throw new TemplateError(`"${kind}" without "end"`);
  if (stop[1]) throw new TemplateError(`unexpected "${stop[1].text}" behind "end"`);
}
