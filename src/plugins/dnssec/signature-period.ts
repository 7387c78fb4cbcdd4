import { State } from "../../server/contract/state.ts";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** CoreDNS's: clocks of others may be behind. */
const BEFORE_SECONDS = 3 * HOUR_SECONDS;
const GOOD_FOR_SECONDS = 8 * DAY_SECONDS;
/** What is left to a signature when another one takes its place; CoreDNS's, a quarter. */
const RESERVE_SECONDS = 2 * DAY_SECONDS;
/** So long a reply with signatures may be repeated: half of what they have in reserve. */
const REPLY_SECONDS = DAY_SECONDS;
const LOOK_EVERY_MS = 60_000;
/** A clock that is off by more has been set. */
const TOLERANCE_SECONDS = 5;

/** For how long a signature is used. All in seconds since 1970. */
export interface Period {
  readonly inception: number;
  readonly expiration: number;
  readonly madeAt: number;
}

/** A period that begins now. */
export function newPeriod(): Period {
  const madeAt = nowSeconds();
  return { inception: madeAt - BEFORE_SECONDS, expiration: madeAt + GOOD_FOR_SECONDS, madeAt };
}

/** Whether a signature may still be given out: it has time in reserve, and none of it lies ahead. */
export function isUsable({ expiration, madeAt }: Period): boolean {
  const now = nowSeconds();
  // An hour behind is what a clock may have been set back by, with two in reserve.
  return now >= madeAt - HOUR_SECONDS && now < expiration - RESERVE_SECONDS;
}

/**
 * What replies with signatures depend on. It ends once a day, and when the clock has been set: so nothing that keeps replies, whatever it goes
 * by, has any whose signatures come to their end.
 */
export class SignedReplies {
  #current = new State();
  #sinceSeconds = nowSeconds();
  #clockOffset = clockOffset();
  #timer: NodeJS.Timeout | undefined;

  get current(): State {
    return this.#current;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const offset = clockOffset();
    const wasSet = Math.abs(offset - this.#clockOffset) > TOLERANCE_SECONDS;
    if (!wasSet && nowSeconds() - this.#sinceSeconds < REPLY_SECONDS) return;
    this.#clockOffset = offset;
    this.#sinceSeconds = nowSeconds();
    const before = this.#current;
    this.#current = new State();
    before.end();
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Between the clock that can be set and the one that cannot. */
function clockOffset(): number {
  return (Date.now() - performance.now()) / 1000;
}
