import type { AskedQuestion } from "./asked-question.ts";
import type { Action } from "./rule.ts";

export type OptionChange = "set" | "append" | "replace";

/** What an option is made of; undefined if there is nothing to say. */
export interface OptionValue {
  readonly isPerClient: boolean;
  readonly of: (asked: AskedQuestion) => Buffer | undefined;
}

export interface OptionRule {
  readonly code: number;
  readonly change: OptionChange;
  readonly value: OptionValue;
  /** Whether clients see nothing of it. */
  readonly isReverted: boolean;
  /** Whether clients see it in replies, as they do the local ones. */
  readonly isShown: boolean;
}

/** `edns0 ... set|append|replace`. */
export function changeOption({ code, change, value, isReverted, isShown }: OptionRule): Action {
  const { isPerClient } = value;
  return (asked) => {
    const isThere = asked.options.has(code);
    if (change === (isThere ? "append" : "replace")) return false;
    const data = value.of(asked);
    if (!data) return false;
    asked.options.set({ code, data, isPerClient, isFromClient: false }, isShown, isReverted);
    asked.hasNewOptions = true;
    return true;
  };
}

/** `edns0 ... unset`. */
export function removeOption(code: number): Action {
  return (asked) => {
    if (asked.options.has(code)) {
      asked.options.remove(code);
      asked.hasNewOptions = true;
    }
    return true;
  };
}
