import type { Command, Operand, Pipeline, TemplateNode } from "./syntax.ts";

/** A place where a template takes a field of its data, perhaps with an argument. */
export interface FieldUse {
  readonly field: string;
  /** The text that is given to it; undefined if there is none, or it is only known when it is filled in. */
  readonly literal: string | undefined;
}

/** Where fields of the data are used, as far as `.` or `$` stand in front of them. */
export function* fieldUses(nodes: readonly TemplateNode[]): Generator<FieldUse, void, undefined> {
  for (const node of nodes) {
    if (node.kind === "text") continue;
    yield* inPipeline(node.pipeline);
    if (node.kind === "action") continue;
    yield* fieldUses(node.body);
    yield* fieldUses(node.otherwise);
  }
}

function* inPipeline({ commands }: Pipeline): Generator<FieldUse, void, undefined> {
  for (const [i, { subject, args }] of commands.entries()) {
    yield* inOperand(subject, args[0] ?? aloneIn(commands[i - 1]));
    for (const arg of args) yield* inOperand(arg, undefined);
  }
}

function* inOperand(
  { base, fields }: Operand,
  argument: Operand | undefined,
): Generator<FieldUse, void, undefined> {
  if (base.kind === "pipeline") yield* inPipeline(base.pipeline);
  const [field] = fields;
  const isData = base.kind === "dot" || (base.kind === "variable" && base.name === "$");
  if (field !== undefined && isData) yield { field, literal: literalOf(argument) };
}

/** What a command that is only a value hands on. */
function aloneIn(command: Command | undefined): Operand | undefined {
  return command?.args.length === 0 ? command.subject : undefined;
}

function literalOf(operand: Operand | undefined): string | undefined {
  if (operand?.base.kind !== "literal" || operand.fields.length > 0) return undefined;
  const { value } = operand.base;
  return typeof value === "string" ? value : undefined;
}
