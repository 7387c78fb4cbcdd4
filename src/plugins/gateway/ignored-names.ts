import type { Logger } from "../../observe/log.ts";
import type { Cell, Family, Metrics } from "../../observe/metrics.ts";

/** Enough to tell each once in any cluster; what comes after is counted no more. */
const MOST = 10_000;

export type IgnoredReason = "outside" | "wildcard" | "invalid";

const REASONS: Readonly<Record<IgnoredReason, string>> = {
  outside: "it is in none of the zones",
  wildcard: "wildcards are not served",
  invalid: "it is no name",
};

/** Host names that objects have, and that are not served. Each is counted and told once. */
export class IgnoredNames {
  readonly #log: Logger;
  readonly #total: Family<Cell>;
  readonly #told = new Set<string>();

  constructor({ log, metrics }: { readonly log: Logger; readonly metrics: Metrics }) {
    this.#log = log;
    this.#total = metrics.counter(
      "portolan_gateway_ignored_names_total",
      "Host names of objects that are not served, each once, by reason.",
      ["reason"],
    );
  }

  /** @param owner `Ingress shop/web` */
  tell(owner: string, hostname: string, reason: IgnoredReason): void {
    const id = `${owner} ${hostname}`;
    if (this.#told.has(id) || this.#told.size >= MOST) return;
    this.#told.add(id);
    this.#total.with(reason).value++;
    this.#log.warn(`Ignoring host name "${hostname}" of ${owner}: ${REASONS[reason]}`);
  }
}
