import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";

/** Waits for nobody longer than some time: the query fails then, whatever the plugins behind it still do. */
export class Cancel implements Instance {
  readonly passable = true;
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  serve(query: Query, next: Next): Result {
    const result = next(query);
    return result instanceof Promise ? this.#limit(result) : result;
  }

  #limit(result: Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(timeoutError(this.#timeoutMs));
      const timer = setTimeout(giveUp, this.#timeoutMs);
      const settle = <T>(tell: (value: T) => void): ((value: T) => void) => {
        return (value) => {
          clearTimeout(timer);
          tell(value);
        };
      };
      result.then(settle(resolve), settle(reject));
    });
  }
}

function timeoutError(timeoutMs: number): QueryError {
  const message = `Cannot answer within ${timeoutMs} ms: cancelled`;
  const explanation = "no answer in time";
  return new QueryError(Rcode.SERVFAIL, message, { ede: ExtendedErrorCode.OTHER, explanation });
}
