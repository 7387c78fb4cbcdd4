import type { Metrics } from "../observe/metrics.ts";

/** NodeLocal DNSCache's words for what went wrong. */
export const ERROR_TYPES = [
  "iptables",
  "iptables_lock",
  "interface_add",
  "interface_check",
  "configmap",
] as const;
export type ErrorType = (typeof ERROR_TYPES)[number];

/** Counts what could not be set up, also before there is a server whose metrics could tell. */
export class SetupErrors {
  readonly #counts = new Map<ErrorType, number>(ERROR_TYPES.map((type) => [type, 0]));

  add(type: ErrorType): void {
    this.#counts.set(type, this.of(type) + 1);
  }

  of(type: ErrorType): number {
    return this.#counts.get(type) ?? 0;
  }

  publish(metrics: Metrics): void {
    const family = metrics.counter(
      "coredns_nodecache_setup_errors_total",
      "Counter of errors while the node's network or the Corefile was set up.",
      ["errortype"],
    );
    metrics.beforeText(() => {
      for (const [type, count] of this.#counts) family.with(type).value = count;
    });
  }
}
