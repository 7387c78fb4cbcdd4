import { Rcode } from "../dns/iana/rcode.ts";
import type { Message } from "../dns/message.ts";
import type { Request } from "./request.ts";

/** How long what an upstream knows is remembered. */
const MEMORY_MS = 600_000;

/**
 * Whether an upstream knows EDNS. The OPT record is ours, so it is for us to ask again without it
 * where it is refused (RFC 6891 §6.2.2, §7), and not to ask with it for a while.
 */
export class EdnsSupport {
  #isAbsentUntilMs = -Infinity;
  /** A reply with OPT shows that it does: what it refuses then is that one question. */
  #isPresentUntilMs = -Infinity;

  /** The request as the upstream is known to understand it. */
  adapt(request: Request, nowMs: number): Request {
    return nowMs < this.#isAbsentUntilMs ? request.withoutEdns : request;
  }

  /** What to ask instead, if this reply refuses the OPT; else undefined. */
  judge(request: Request, { rcode, edns }: Message, nowMs: number): Request | undefined {
    if (!request.hasEdns) return undefined;
    if (isRefusal(rcode)) return request.withoutEdns;
    if (edns) this.#isPresentUntilMs = nowMs + MEMORY_MS;
    return undefined;
  }

  /** Takes the reply to a question that was refused with OPT. */
  learn({ rcode }: Message, nowMs: number): void {
    const isAnswer = rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN;
    if (isAnswer && nowMs >= this.#isPresentUntilMs) this.#isAbsentUntilMs = nowMs + MEMORY_MS;
  }
}

/** Of the OPT, perhaps: the same question without it tells. */
function isRefusal(rcode: number): boolean {
  return rcode === Rcode.FORMERR || rcode === Rcode.NOTIMP || rcode === Rcode.BADVERS;
}
