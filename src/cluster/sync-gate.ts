import type { Kind } from "../kube/cluster-source.ts";
import { State } from "../server/contract/state.ts";

/** Opens when all of a cluster has been told of. */
export class SyncGate {
  /** Lasts as long as it is shut. */
  readonly state: State = new State();
  readonly #waiting: Set<Kind>;

  constructor(kinds: readonly Kind[]) {
    this.#waiting = new Set(kinds);
  }

  get isOpen(): boolean {
    return this.#waiting.size === 0;
  }

  /** Kinds of which not all has been told. */
  get waiting(): readonly Kind[] {
    return [...this.#waiting];
  }

  synced(kind: Kind): void {
    if (!this.#waiting.has(kind)) return;
    // Whoever was refused is to get an answer from now on.
    if (this.#waiting.size === 1) this.state.end();
    this.#waiting.delete(kind);
  }
}
