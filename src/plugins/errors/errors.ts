import { inspect } from "node:util";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import type { Logger } from "../../observe/log.ts";
import type { Exchange } from "../../server/contract/exchange.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { Consolidator } from "./consolidator.ts";
import type { ErrorsOptions, Level } from "./parse.ts";

/** Logs failed queries as CoreDNS does: `2 example.org. A: read udp: i/o timeout`. */
export class Errors implements Instance {
  readonly #log: Logger;
  readonly #hasStack: boolean;
  readonly #consolidators: readonly Consolidator[];

  constructor({ stacktrace, consolidations }: ErrorsOptions, { log }: PluginContext) {
    this.#log = log;
    this.#hasStack = stacktrace;
    this.#consolidators = consolidations.map((options) => new Consolidator(options, log));
  }

  observe({ query, outcome, failure }: Exchange): void {
    if (failure === undefined || outcome === DROPPED) return;
    const message = messageOf(failure);
    const level = this.#levelFor(message);
    if (!level) return;
    const { qname, qtype } = query;
    const name = qname.toString().toLowerCase();
    const stack = this.#hasStack ? stackOf(failure) : "";
    this.#log[level](`${outcome.rcode} ${name} ${formatRrType(qtype)}: ${message}${stack}`);
  }

  /** No failure is repeated. */
  observeRepeats(): undefined {}

  stop(): void {
    for (const consolidator of this.#consolidators) consolidator.stop();
  }

  /** Undefined if the failure is only counted. */
  #levelFor(message: string): Level | undefined {
    const consolidator = this.#consolidators.find(({ pattern }) => pattern.test(message));
    if (!consolidator) return "error";
    return consolidator.count() ? undefined : consolidator.level;
  }
}

/** What was not thrown as a QueryError is a fault of ours; CoreDNS calls it so, too. */
function messageOf(failure: unknown): string {
  if (failure instanceof QueryError) return failure.message;
  const what = failure instanceof Error ? `${failure.name}: ${failure.message}` : inspect(failure);
  return `Recovered from panic in server: ${what}`;
}

function stackOf(failure: unknown): string {
  if (failure instanceof QueryError || !(failure instanceof Error)) return "";
  // Its first line is the message again.
  const stack = failure.stack ?? "";
  const at = stack.indexOf("\n    at ");
  return at < 0 ? "" : stack.slice(at);
}
