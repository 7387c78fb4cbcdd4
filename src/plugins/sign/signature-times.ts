import { randomInt } from "node:crypto";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** All of them CoreDNS's. */
const BEFORE_SECONDS = 3 * HOUR_SECONDS;
const BEFORE_JITTER_SECONDS = 18 * HOUR_SECONDS;
const GOOD_FOR_SECONDS = 32 * DAY_SECONDS;
const GOOD_FOR_JITTER_SECONDS = 5 * DAY_SECONDS;
const RESIGN_AFTER_SECONDS = 6 * DAY_SECONDS;
const RESERVE_SECONDS = 7 * DAY_SECONDS;

/** When signatures hold good; seconds since 1970. */
export interface SignatureTimes {
  readonly inception: number;
  readonly expiration: number;
}

/** Of signatures that are made now. They differ from zone to zone, so that not all come to their end at once. */
export function newTimes(nowSeconds: number): SignatureTimes {
  return {
    inception: nowSeconds - BEFORE_SECONDS - randomInt(BEFORE_JITTER_SECONDS),
    expiration: nowSeconds + GOOD_FOR_SECONDS + randomInt(GOOD_FOR_JITTER_SECONDS),
  };
}

/** Why signatures are to be made anew; undefined if they need not be. */
export function reasonOfTimes(
  { inception, expiration }: SignatureTimes,
  nowSeconds: number,
): string | undefined {
  if (inception > nowSeconds) return "its signatures hold good only from a later time on";
  if (expiration - nowSeconds < RESERVE_SECONDS) return "its signatures will expire";
  return nowSeconds - inception > RESIGN_AFTER_SECONDS ? "its signatures are old" : undefined;
}
