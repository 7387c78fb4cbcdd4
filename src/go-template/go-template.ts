import type { FieldUse } from "./calls.ts";
import { fieldUses } from "./calls.ts";
import { templateFunctions } from "./functions.ts";
import { parseTemplate } from "./parser.ts";
import type { Branch, Command, Operand, Pipeline, TemplateNode } from "./syntax.ts";
import { TemplateError } from "./syntax.ts";
import type { Value } from "./value.ts";
import { fieldOf, formatValue, isList, isMap, isTrue } from "./value.ts";

/** A template in Go's language, read once and filled in often. */
export class GoTemplate {
  readonly source: string;
  readonly #nodes: readonly TemplateNode[];

  /**
   * @param fields those of the data that it will be filled in with
   * @throws {TemplateError} if it is not in the language, or wants what there is not.
   */
  constructor(source: string, fields: ReadonlySet<string>) {
    this.source = source;
    this.#nodes = parseTemplate(source, { fields, functions: templateFunctions });
  }

  /** Whether it has no actions, so that it comes out the same for all data. */
  get isConstant(): boolean {
    return this.#nodes.every(({ kind }) => kind === "text");
  }

  /** Where fields of the data are used. */
  fieldUses(): FieldUse[] {
    return [...fieldUses(this.#nodes)];
  }

  /** @throws {TemplateError} if something in it cannot be done with this data. */
  execute(data: Value): string {
    return new Execution(data).run(this.#nodes);
  }
}

/** A frame for each block that may declare variables. */
type Variables = { readonly values: Map<string, Value>; readonly outer?: Variables };

class Execution {
  #dot: Value;
  #variables: Variables;

  constructor(data: Value) {
    this.#dot = data;
    this.#variables = { values: new Map([["$", data]]) };
  }

  run(nodes: readonly TemplateNode[]): string {
    let text = "";
    for (const node of nodes) text += this.#node(node);
    return text;
  }

  #node(node: TemplateNode): string {
    if (node.kind === "text") return node.text;
    if (node.kind !== "action") return this.#branch(node);
    const value = this.#pipeline(node.pipeline);
    return node.pipeline.variables.length > 0 ? "" : formatValue(value);
  }

  #branch(branch: Branch): string {
    return this.#inBlock(() => {
      const value = this.#pipeline(branch.pipeline);
      if (branch.kind === "range") return this.#range(branch, value);
      if (!isTrue(value)) return this.run(branch.otherwise);
      return branch.kind === "with" ? this.#withDot(value, branch.body) : this.run(branch.body);
    });
  }

  #range({ pipeline, body, otherwise }: Branch, value: Value): string {
    const entries = entriesOf(value);
    if (entries.length === 0) return this.run(otherwise);
    let text = "";
    for (const [key, element] of entries) {
      const { variables } = pipeline;
      // One variable is the element, two are its key and the element.
      if (variables.length === 2) this.#variables.values.set(variables[0] ?? "", key);
      const last = variables.at(-1);
      if (last !== undefined) this.#variables.values.set(last, element);
      text += this.#inBlock(() => this.#withDot(element, body));
    }
    return text;
  }

  #withDot(dot: Value, body: readonly TemplateNode[]): string {
    const outer = this.#dot;
    this.#dot = dot;
    const text = this.run(body);
    this.#dot = outer;
    return text;
  }

  #inBlock(run: () => string): string {
    const outer = this.#variables;
    this.#variables = { values: new Map(), outer };
    const text = run();
    this.#variables = outer;
    return text;
  }

  #pipeline({ commands, variables, isDeclaration }: Pipeline): Value {
    let value: Value;
    for (const [i, command] of commands.entries()) {
      value = this.#command(command, i === 0 ? [] : [value]);
    }
    const [name] = variables;
    if (name !== undefined && variables.length === 1) {
      const frame = isDeclaration ? this.#variables : this.#frameOf(name);
      frame.values.set(name, value);
    }
    return value;
  }

  #command({ subject, args }: Command, piped: readonly Value[]): Value {
    const values = [...args.map((arg) => this.#operand(arg, [])), ...piped];
    return this.#operand(subject, values);
  }

  #operand({ base, fields }: Operand, args: readonly Value[]): Value {
    let value = fields.length === 0 ? this.#base(base, args) : this.#base(base, []);
    for (const field of fields) value = fieldOf(value, field);
    if (typeof value === "function") return value(...args);
    if (fields.length > 0 && args.length > 0) {
      throw new TemplateError(`cannot call ".${fields.join(".")}": it is no method`);
    }
    return value;
  }

  #base(base: Operand["base"], args: readonly Value[]): Value {
    switch (base.kind) {
      case "dot":
        return this.#dot;
      case "literal":
        return base.value;
      case "variable":
        return this.#frameOf(base.name).values.get(base.name);
      case "function":
        return templateFunctions.get(base.name)?.call(args);
      case "pipeline":
        return this.#pipeline(base.pipeline);
      default:
        return undefined;
    }
  }

  #frameOf(name: string): Variables {
    let frame = this.#variables;
    while (!frame.values.has(name) && frame.outer) frame = frame.outer;
    return frame;
  }
}

/** What a `range` goes over: maps in the order of their keys. */
function entriesOf(value: Value): (readonly [Value, Value])[] {
  if (isList(value)) return value.map((element, i) => [BigInt(i), element]);
  if (isMap(value)) return [...value].toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (value === undefined) return [];
  throw new TemplateError(`cannot range over "${formatValue(value)}"`);
}
