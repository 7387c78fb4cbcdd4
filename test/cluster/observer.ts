import { setTimeout as sleep } from "node:timers/promises";
import type { RecordedAnswer } from "../recorded/recorded-answer.ts";
import type { DnsServer } from "./dns-server.ts";

export interface Seen {
  readonly question: string;
  readonly answer: RecordedAnswer;
  /** When it was asked, on the clock of `performance.now()`. */
  readonly askedMs: number;
}

/** Asks a server the same questions, one after the other, until it is stopped. */
export class Observer {
  readonly #server: DnsServer;
  readonly #questions: readonly string[];
  readonly #isFine: (seen: Seen) => boolean;
  readonly #pauseMs: number;
  readonly #running: Promise<void>;
  readonly #objections: Seen[] = [];
  #asked = 0;
  #isStopped = false;

  /** @param isFine of each answer; those that are not are kept */
  constructor(
    server: DnsServer,
    questions: readonly string[],
    isFine: (seen: Seen) => boolean,
    pauseMs = 5,
  ) {
    this.#server = server;
    this.#questions = questions;
    this.#isFine = isFine;
    this.#pauseMs = pauseMs;
    this.#running = this.#run();
  }

  /** Answers so far. */
  get asked(): number {
    return this.#asked;
  }

  /** Ends it. @returns the answers that were not fine */
  async stop(): Promise<readonly Seen[]> {
    this.#isStopped = true;
    await this.#running;
    return this.#objections;
  }

  async #run(): Promise<void> {
    for (let i = 0; !this.#isStopped; i++) {
      const question = this.#questions[i % this.#questions.length] ?? "";
      const askedMs = performance.now();
      const answer = await this.#server.ask(question);
      const seen = { question, answer, askedMs };
      this.#asked++;
      if (!this.#isFine(seen)) this.#objections.push(seen);
      await sleep(this.#pauseMs);
    }
  }
}

/** As long as names exist they have answers, whatever else goes on. */
export function isAnswered({ answer }: Seen): boolean {
  return answer.rcode === "NOERROR" && answer.answer.length > 0;
}
