import type { TraceFact } from "./trace-fact.ts";

/** What one plugin did with a query. */
export interface TraceStep {
  /** The directive's name. */
  readonly plugin: string;
  /** Where the directive stands: `Corefile:12`; "" if nobody said. */
  readonly at: string;
  /** How many plugins the query had come through before; a question of our own begins deeper. */
  readonly depth: number;
  /** What the plugin says of it: "entry, 12 s left". */
  readonly notes: string[];
  /** The same for programs, as far as they want to know. */
  readonly facts: TraceFact[];
  /** The response code, "dropped", or the failure's message; undefined while it waits. */
  outcome: string | undefined;
}

/**
 * The way of a query through the chain, written down step by step. Plugins add what they know by
 * `query.trace?.note(...)`: one branch where nobody wants to know.
 */
export class Trace {
  readonly steps: TraceStep[] = [];
  /** Whether caches are to hand the query on: it is asked in order to know what they would get now. */
  readonly skipsCaches: boolean;
  readonly #open: TraceStep[] = [];

  constructor({ skipsCaches = false }: { readonly skipsCaches?: boolean } = {}) {
    this.skipsCaches = skipsCaches;
  }

  /** To be called by the chain when a plugin gets the query. */
  enter(plugin: string, at = ""): TraceStep {
    const depth = this.#open.length;
    const step: TraceStep = { plugin, at, depth, notes: [], facts: [], outcome: undefined };
    this.steps.push(step);
    this.#open.push(step);
    return step;
  }

  /** To be called by the chain when the plugin has answered, with what came of it. */
  leave(step: TraceStep, outcome: string): void {
    step.outcome = outcome;
    const at = this.#open.lastIndexOf(step);
    if (at >= 0) this.#open.splice(at, 1);
  }

  /** Says something of the step that was begun last and has not ended. */
  note(text: string, fact?: TraceFact): void {
    const step = this.#open.at(-1);
    step?.notes.push(text);
    if (fact) step?.facts.push(fact);
  }
}
