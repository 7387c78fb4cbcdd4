import type { Reply } from "../../server/contract/reply.ts";
import { boundDenials } from "../../dns/denial-ttl.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { ReplyEdit } from "./asked-question.ts";
import { editRecords } from "./rename-records.ts";

/** Keeps TTLs within bounds, in seconds, both included. */
export function boundTtls(min: number, max: number): ReplyEdit {
  const records = editRecords((record) => record.withTtl(bound(record.ttlSeconds, min, max)));
  return {
    edit(reply, query) {
      if (!reply.hasOrderedTtls) reply.authority = boundDenials(reply.authority);
      void records.edit(reply, query);
      // The operator wants them so, be they above the SOA's minimum.
      reply.hasOrderedTtls = true;
      boundAging(reply, min, max);
    },
  };
}

function bound(ttlSeconds: number, min: number, max: number): number {
  return Math.min(Math.max(ttlSeconds, min), max);
}

/**
 * Where the TTLs of a repeated reply count down, they do so between the bounds only:
 *
 *     max ------.                  stays at max until the true one is there
 *                `.                counts down until it would be below min
 *     min          `------         stays at min
 */
function boundAging(reply: Reply, min: number, max: number): void {
  const { aging, ...others } = reply.repetition;
  if (!aging) return;
  const { ttlSeconds, fromMs } = aging;
  const now = ttlSeconds - Math.floor((performance.now() - fromMs) / 1_000);
  const [isAbove, isBelow] = [now > max, now < min];
  if (isAbove || isBelow || min === max) reply.repetition = others;
  if (isBelow || min === max) return;
  const last = isAbove ? max : min;
  reply.narrow(Validity.until(fromMs + (ttlSeconds - last + 1) * 1_000));
}
