import { Rcode, formatRcode } from "../../dns/iana/rcode.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { hostPort } from "../../net/host-port.ts";
import { guard } from "../../observe/faults.ts";
import type { Logger } from "../../observe/log.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import { sendNotify } from "./notify-exchange.ts";
import type { Recipient } from "./transfer-rules.ts";

/** For each time that it is sent. */
const TIMEOUTS_MS = [2_000, 4_000, 8_000];
/** Of a zone that changes all the time a secondary is told no more often. */
const PAUSE_MS = 5_000;
/** At once; each has a socket. */
const MAX_RUNNING = 50;

export interface NotifierParts {
  readonly log: Logger;
  /** Of a zone as it is now. @throws {QueryError} if there is no version of it */
  soaOf(zone: Name): ResourceRecord | undefined;
  /** What sends it; for tests another one. */
  readonly send?: typeof sendNotify;
}

/** What a secondary is to be told of a zone. */
interface Notice {
  readonly zone: Name;
  readonly recipient: Recipient;
  /** Whether there is more to tell than is under way. */
  isDue: boolean;
  pause: NodeJS.Timeout | undefined;
}

/** Tells secondaries of changes (RFC 1996): of each zone one NOTIFY at a time, and again when it has changed meanwhile. */
export class Notifier {
  readonly #parts: NotifierParts;
  /** Those that wait, are under way, or were a short while ago. */
  readonly #notices = new Map<string, Notice>();
  readonly #queue: Notice[] = [];
  readonly #abort = new AbortController();
  #running = 0;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  /** Now, or as soon as what is under way is over. */
  notify(zone: Name, recipient: Recipient): void {
    if (this.#abort.signal.aborted) return;
    const key = `${recipient.address} ${recipient.port} ${zone.key}`;
    const known = this.#notices.get(key);
    if (known) {
      known.isDue = true;
      return;
    }
    const notice: Notice = { zone, recipient, isDue: true, pause: undefined };
    this.#notices.set(key, notice);
    this.#enqueue(notice);
  }

  /** Nobody is told any more. */
  stop(): void {
    this.#abort.abort();
    for (const { pause } of this.#notices.values()) clearTimeout(pause);
    this.#notices.clear();
    this.#queue.length = 0;
  }

  #enqueue(notice: Notice): void {
    this.#queue.push(notice);
    this.#runMore();
  }

  #runMore(): void {
    while (this.#running < MAX_RUNNING) {
      const notice = this.#queue.shift();
      if (!notice) return;
      this.#running++;
      const runOn = guard("NOTIFY", () => this.#runOn(notice));
      this.#run(notice).then(runOn, runOn);
    }
  }

  #runOn(notice: Notice): void {
    this.#running--;
    if (this.#abort.signal.aborted) return;
    notice.pause = setTimeout(
      guard("NOTIFY", () => this.#afterPause(notice)),
      PAUSE_MS,
    );
    this.#runMore();
  }

  #afterPause(notice: Notice): void {
    if (notice.isDue) return this.#enqueue(notice);
    const { address, port } = notice.recipient;
    this.#notices.delete(`${address} ${port} ${notice.zone.key}`);
  }

  /** Each time it says what the serial number is by then. */
  async #run(notice: Notice): Promise<void> {
    const { zone, recipient } = notice;
    const to = hostPort(recipient.address, recipient.port);
    const name = zone.toString();
    let outcome = "";
    for (const timeoutMs of TIMEOUTS_MS) {
      notice.isDue = false;
      const soa = this.#soaOf(zone);
      if (!soa || this.#abort.signal.aborted) return;
      outcome = await this.#attempt(soa, recipient, timeoutMs);
      if (outcome === "NOERROR") {
        this.#parts.log.debug(`Sent notifies for zone "${name}" to ${to}`);
        return;
      }
    }
    if (this.#abort.signal.aborted) return;
    this.#parts.log.warn(`notify for zone "${name}" was not accepted by "${to}": ${outcome}`);
  }

  /** @returns `NOERROR`, or why it was not accepted */
  async #attempt(soa: ResourceRecord, to: Recipient, timeoutMs: number): Promise<string> {
    const { send = sendNotify } = this.#parts;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    const signal = AbortSignal.any([timeout.signal, this.#abort.signal]);
    try {
      const rcode = await send(soa, to, signal);
      if (rcode === undefined) return "no answer";
      return rcode === Rcode.NOERROR ? "NOERROR" : `rcode was "${formatRcode(rcode)}"`;
    } catch (error) {
      // Nobody listens there; it may be starting.
      await untilAborted(signal);
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Undefined where there is nothing to tell of. */
  #soaOf(zone: Name): ResourceRecord | undefined {
    try {
      return this.#parts.soaOf(zone);
    } catch (error) {
      if (error instanceof QueryError) return undefined;
      throw error;
    }
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
}
