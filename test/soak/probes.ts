import { formatRcode } from "../../src/dns/iana/rcode.ts";
import type { Message } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import type { Probe } from "./steady-client.ts";

/** A name that always has the same records. @param data of its records, in any order */
export function fixed(question: string, ...data: readonly string[]): Probe {
  const right = data.toSorted((a, b) => (a < b ? -1 : 1)).join();
  return { question, ask: () => (reply) => (dataOf(reply) === right ? undefined : inWords(reply)) };
}

/** A name that never exists. */
export function absent(question: string): Probe {
  return {
    question,
    ask: () => (reply) => (reply.rcode === 3 ? undefined : inWords(reply)),
  };
}

/**
 * A name whose one address is a number that only grows.
 * @param current the number that there is now; an answer may be behind, but not run back or ahead
 */
export function growing(
  question: string,
  current: () => number,
  addressOf: (n: number) => string,
): Probe {
  let lowest = 0;
  return {
    question,
    ask() {
      const least = lowest;
      return (reply) => {
        const data = dataOf(reply);
        for (let n = current(); n >= least; n--) {
          if (addressOf(n) !== data) continue;
          lowest = Math.max(lowest, n);
          return undefined;
        }
        return `${inWords(reply)}, not one of ${addressOf(least)} to ${addressOf(current())}`;
      };
    },
  };
}

function dataOf({ rcode, answer }: Message): string {
  if (rcode !== 0) return formatRcode(rcode);
  const data = answer.map((record) => formatRecord(record).split(" ").at(-1) ?? "");
  return data.toSorted((a, b) => (a < b ? -1 : 1)).join();
}

function inWords(reply: Message): string {
  return [formatRcode(reply.rcode), ...reply.answer.map(formatRecord)].join(" ");
}
