import type { Policy } from "../../upstream/policy.ts";
import type { Upstream } from "../../upstream/upstream.ts";

/** What one `forward` makes its choice from. */
export interface Choice {
  readonly upstreams: readonly Upstream[];
  readonly policy: Policy;
  /** For when all upstreams are down. */
  readonly spray: Policy;
  readonly isDown: (upstream: Upstream) => boolean;
  /** All upstreams are down. */
  readonly onBroken: () => void;
  /** Asks nobody if all are down. */
  readonly failfast: boolean;
}

/**
 * The upstreams to try for one query: round after round in the order of the policy, without those
 * that are down. If all are, health checks may be what is broken: a last one is drawn at random.
 */
export class Candidates {
  readonly #choice: Choice;
  readonly #order: readonly Upstream[];
  #at = 0;
  #isExhausted = false;

  constructor(choice: Choice) {
    this.#choice = choice;
    this.#order = choice.policy(choice.upstreams);
  }

  /** The next one to ask; undefined if there is nobody left. */
  next(): Upstream | undefined {
    if (this.#isExhausted) return undefined;
    const { isDown, onBroken, failfast, spray, upstreams } = this.#choice;
    for (let tried = 0; tried < this.#order.length; tried++) {
      const upstream = this.#order[this.#at++ % this.#order.length] as Upstream;
      if (!isDown(upstream)) return upstream;
    }
    this.#isExhausted = true;
    onBroken();
    return failfast ? undefined : spray(upstreams)[0];
  }
}
