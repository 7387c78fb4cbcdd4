import { EvaluationError } from "./expression-error.ts";
import { MAX_WORK } from "./limits.ts";
import type { Type } from "./types.ts";
import type { Value } from "./value.ts";

/** What `#`, `#index` and `#acc` are in a predicate. */
export interface Scope {
  item: Value;
  index: number;
  accumulator: Value;
}

/** One evaluation: what it is about, its variables, and how much it may still do. */
export class Machine<Context = unknown> {
  readonly context: Context;
  /** Of `let`, by their number. */
  readonly variables: Value[] = [];
  scope: Scope = { item: null, index: 0, accumulator: null };
  #work = MAX_WORK;

  constructor(context: Context) {
    this.context = context;
  }

  /**
   * To be called before the work is done.
   * @throws {EvaluationError} if it has become too much.
   */
  spend(amount: number): void {
    this.#work -= amount;
    if (this.#work < 0) throw new EvaluationError(`over ${MAX_WORK} steps of work`);
  }
}

export type Evaluate<Context> = (machine: Machine<Context>) => Value;

/** A part of an expression, ready to be evaluated. */
export interface Code<Context = unknown> {
  readonly type: Type;
  readonly run: Evaluate<Context>;
}
