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
 * that are down, and those that were silent last behind all others. If all are down, health checks
 * may be what is broken: a last one is drawn at random.
 */
export class Candidates {
  readonly #choice: Choice;
  readonly #order: readonly Upstream[];
  #at = 0;
  #isExhausted = false;

  constructor(choice: Choice, nowMs: number) {
    this.#choice = choice;
    this.#order = doubtedLast(choice.policy(choice.upstreams), nowMs);
  }

  /** Whether there is one that has not been asked yet. */
  get hasFresh(): boolean {
    for (let at = this.#at; at < this.#order.length; at++) {
      if (!this.#choice.isDown(this.#order[at] as Upstream)) return true;
    }
    return false;
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

function doubtedLast(order: readonly Upstream[], nowMs: number): readonly Upstream[] {
  if (order.length < 2 || !order.some((upstream) => upstream.isDoubted(nowMs))) return order;
  const { true: doubted = [], false: others = [] } = Object.groupBy(
    order,
    (upstream) => String(upstream.isDoubted(nowMs)) as "true" | "false",
  );
  return [...others, ...doubted];
}
