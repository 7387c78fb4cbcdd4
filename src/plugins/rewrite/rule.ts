import type { Position } from "../../corefile/corefile-error.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { AskedQuestion } from "./asked-question.ts";

/** What a rule does to a question; false if the question is none of its business. */
export type Action = (asked: AskedQuestion) => boolean;

/** One `rewrite` of a Corefile. */
export interface Rule {
  readonly at: Position;
  /** Its words, for those who want to know which rule it was. */
  readonly text: string;
  /** Whether no rule behind it is looked at once it has matched. */
  readonly isLast: boolean;
  /** Class of questions that would be turned away if this rule were not there. */
  readonly takesClass?: number;
  readonly make: (context: PluginContext) => Action;
}
