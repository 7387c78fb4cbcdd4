import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Client } from "../../transport/client.ts";
import { QueryError } from "../contract/query-error.ts";

/** How many queries may wait for somebody else at once. */
export interface WaitingLimits {
  readonly all: number;
  /** Of one address; unbound's figure (`wait-limit`). */
  readonly perClient: number;
}

/** A query that waits for an upstream takes 2 KB, and as much until V8 tidies up: 16 MB at most. */
export const WAITING_LIMITS: WaitingLimits = { all: 4_000, perClient: 1_000 };

/**
 * Queries that wait for a promise, as those that are forwarded do. When there are too many, newer
 * ones may not wait: what can be answered at once still is, the others are refused at once.
 */
export class WaitingQueries {
  readonly #limits: WaitingLimits;
  readonly #perClient = new Map<string, number>();
  #count = 0;
  /** Queries that were refused, by the limit that said so. */
  readonly refused = { all: 0, client: 0 };

  constructor(limits: WaitingLimits = WAITING_LIMITS) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  hasRoomFor(client: Client): boolean {
    return this.#limitReachedBy(client) === undefined;
  }

  /** @returns ends the wait; to be called once */
  begin({ address }: Client): () => void {
    this.#count++;
    this.#perClient.set(address, (this.#perClient.get(address) ?? 0) + 1);
    return () => {
      this.#count--;
      const left = (this.#perClient.get(address) ?? 1) - 1;
      if (left > 0) this.#perClient.set(address, left);
      else this.#perClient.delete(address);
    };
  }

  countRefused(client: Client): void {
    this.refused[this.#limitReachedBy(client) ?? "all"]++;
  }

  publish(metrics: Metrics): void {
    const waiting = "Queries that wait for somebody else, as an upstream.";
    metrics.gauge("portolan_queries_waiting", waiting, [], (family) => {
      family.with().value = this.#count;
    });
    const help = "Queries refused because too many were waiting: of all clients, or of that one.";
    const family = metrics.counter("portolan_queries_refused_total", help, ["limit"]);
    family.collect = () => {
      for (const limit of ["all", "client"] as const)
        family.with(limit).value = this.refused[limit];
    };
  }

  #limitReachedBy(client: Client): "all" | "client" | undefined {
    if (this.#count >= this.#limits.all) return "all";
    // As long as all together are fewer, nobody's address need be looked at.
    if (this.#count < this.#limits.perClient) return undefined;
    const own = this.#perClient.get(client.address) ?? 0;
    return own >= this.#limits.perClient ? "client" : undefined;
  }
}

/** Says that a query may not wait; to be thrown by whoever is about to (`Query.mayWait`). */
export class TooManyWaiting extends QueryError {
  constructor() {
    super(Rcode.REFUSED, "Cannot wait for an answer: too many queries do", {
      ede: ExtendedErrorCode.OTHER,
      explanation: "too many queries",
      reason: "too-many-waiting",
    });
  }
}
