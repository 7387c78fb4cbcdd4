import { Flag } from "../../dns/header.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { randomNameBelow } from "../../dns/random-name.ts";
import type { Query } from "../../server/contract/query.ts";
import { Request } from "../../upstream/request.ts";
import type { Upstream } from "../../upstream/upstream.ts";

/** Probes that have to come back: one could be replayed by whoever sees it on its way. */
const PROOF = 2;
const TIMEOUT_MS = 2_000;

/**
 * Finds upstreams that forward to this server: they are asked questions with random names, and whose come in here
 * while they wait for their answers is one.
 */
export class LoopProbes {
  /** What to do when the question for a name comes in, by the name. */
  readonly #waiting = new Map<string, () => void>();

  /** Whether a query is a probe that has come back: going on would only feed the loop. */
  sees({ qtype, qname }: Query): boolean {
    if (this.#waiting.size === 0 || qtype !== RrType.HINFO) return false;
    const comesBack = this.#waiting.get(qname.key);
    comesBack?.();
    return comesBack !== undefined;
  }

  /** @param zone that the upstream is asked about */
  async isLoop(upstream: Pick<Upstream, "exchange">, zone: Name): Promise<boolean> {
    for (let count = 0; count < PROOF; count++) {
      if (!(await this.#comesBack(upstream, zone))) return false;
    }
    return true;
  }

  async #comesBack(upstream: Pick<Upstream, "exchange">, zone: Name): Promise<boolean> {
    const qname = randomNameBelow(zone);
    // Below a zone that leaves no room for the labels there is nothing to ask safely.
    if (!qname) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.set(qname.key, () => resolve(true));
    const { HINFO: qtype } = RrType;
    const request = new Request({
      qname,
      qtype,
      qclass: RrClass.IN,
      flags: Flag.RD,
      edns: undefined,
    });
    const settle = (): void => resolve(false);
    upstream.exchange(request, false, performance.now() + TIMEOUT_MS).then(settle, settle);
    const isBack = await promise;
    this.#waiting.delete(qname.key);
    return isBack;
  }
}
