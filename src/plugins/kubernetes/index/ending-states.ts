import type { State } from "../../../server/contract/state.ts";
import { endStates } from "../../../server/contract/state.ts";

/** What one change of the cluster ends: gathered on the way, and ended at once. */
export class EndingStates {
  #states: State[] = [];

  add(state: State | undefined): void {
    if (state) this.#states.push(state);
  }

  /** When this returns, nobody answers with what was. */
  end(): void {
    const states = this.#states;
    if (states.length === 0) return;
    this.#states = [];
    endStates(states);
  }
}
