import { hostPort } from "../../net/host-port.ts";
import { Flag } from "../../dns/header.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { randomNameBelow } from "../../dns/random-name.ts";
import { guard } from "../../observe/faults.ts";
import { Validity } from "../../server/contract/validity.ts";
import { internalClient } from "../../server/contract/internal-client.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";

/** From the start of the server on, probes are sent for at most this long. */
const PROBE_PERIOD_MS = 30_000;
/** Between probes. */
const RETRY_MS = 1_000;
/** Between looks whether the sockets are open yet. */
const WAIT_MS = 100;
/** Probes that have to come back: one could be replayed by whoever sees it on its way. */
const PROOF = 2;

/** Stands for ourselves as the sender of probes. */
const PROBER = internalClient();

/**
 * Asks the server block a question with a random name. If the same question comes in by a socket
 * while it waits for its answer, whoever we forward to forwards to us.
 *
 *     probe -> chain -> forward -> upstream -> ... -> our socket -> chain: it came back
 *
 * A name counts only while its probe is unanswered and is never used twice, and no single name
 * is proof: who replays one that was seen on its way stops nothing.
 */
export class LoopDetector implements Instance {
  readonly passable = true;
  readonly #context: PluginContext;
  readonly #zone: Name;
  #probeName: Name | undefined;
  #cameBack = 0;
  #deadlineMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: PluginContext) {
    this.#context = context;
    this.#zone = context.zones[0] ?? Name.root;
  }

  start(): void {
    this.#deadlineMs = performance.now() + PROBE_PERIOD_MS;
    this.#probeAfter(WAIT_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#deadlineMs = 0;
    this.#probeName = undefined;
  }

  serve(query: Query, next: Next): Result {
    if (query.qtype !== RrType.HINFO || query.qname.key !== this.#probeName?.key)
      return next(query);
    if (query.client === PROBER) return next(query);
    this.#countReturn(query);
    // It ends here: going on would only feed the loop.
    return new Reply(Rcode.SERVFAIL, 0, Validity.once);
  }

  #probeAfter(delayMs: number): void {
    const probe = guard("look for a loop", () => this.#probe());
    this.#timer = setTimeout(probe, delayMs).unref();
  }

  #probe(): void {
    if (performance.now() >= this.#deadlineMs) return this.stop();
    const { host } = this.#context;
    if (!host.isServing()) return this.#probeAfter(WAIT_MS);
    const name = randomNameBelow(this.#zone);
    // Below a zone that leaves no room for the labels there is nothing to ask safely.
    if (!name) return this.stop();
    this.#probeName = name;
    const settle = (isAnswered: boolean): void => {
      if (this.#probeName === name) this.#settle(isAnswered);
    };
    const ask = guard("look for a loop", () =>
      resolved(() => host.resolve(probeQuery(name))).then(settle),
    );
    ask();
  }

  /** An answer means that there is no loop, unless a probe came back before: then look again. */
  #settle(isAnswered: boolean): void {
    this.#probeName = undefined;
    if (isAnswered && this.#cameBack === 0) this.stop();
    else this.#probeAfter(RETRY_MS);
  }

  #countReturn(query: Query): void {
    this.#probeName = undefined;
    if (++this.#cameBack < PROOF) return this.#probe();
    this.stop();
    const { address, port, localPort } = query.client;
    const listenOn = this.#context.settings.listenOn[0] ?? "";
    const way = `${hostPort(address, port)} -> ${hostPort(listenOn, localPort)}`;
    this.#context.host.fatal(
      `Loop (${way}) detected for zone "${this.#zone.toString()}", ` +
        `see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO ${query.qname.toString()}"`,
    );
  }
}

function probeQuery(qname: Name): Query {
  const query = new Query(PROBER, 0, Flag.RD, 0);
  query.qname = qname;
  query.qtype = RrType.HINFO;
  query.qclass = RrClass.IN;
  query.hasQuestion = true;
  return query;
}

/** Whether there came any answer at all. */
async function resolved(resolve: () => Result): Promise<boolean> {
  try {
    await resolve();
    return true;
  } catch {
    return false;
  }
}
