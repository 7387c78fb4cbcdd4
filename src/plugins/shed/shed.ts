import type { Cell } from "../../observe/metrics.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";

/** Drops queries over UDP whose replies the network would not take. */
export class Shed implements Instance {
  readonly passable = true;
  readonly #queries: Cell;
  readonly #countResponses: (count: number) => void;

  constructor({ metrics, serverLabel }: Pick<PluginContext, "metrics" | "serverLabel">) {
    const family = metrics.counter(
      "coredns_shed_dropped_total",
      "Queries and replies over UDP that were dropped because too many replies wait.",
      ["server", "reason"],
    );
    this.#queries = family.with(serverLabel, "query");
    const responses = family.with(serverLabel, "response");
    this.#countResponses = (count): void => void (responses.value += count);
  }

  serve(query: Query, next: Next): Result {
    const { outbox } = query.client;
    if (!outbox) return next(query);
    // All server blocks of the socket have it in common; a cell lives as long as the process.
    outbox.onDropped ??= this.#countResponses;
    if (!outbox.isFull) return next(query);
    query.trace?.note("dropped: too many replies wait for the network");
    this.#queries.value++;
    return DROPPED;
  }
}
