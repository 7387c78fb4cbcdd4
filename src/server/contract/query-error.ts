import type { EdnsOption } from "../../dns/edns.ts";
import { extendedErrorOption } from "../../dns/edns.ts";
import type { ReasonCode } from "./reason.ts";
import { Validity } from "./validity.ts";

interface QueryErrorDetails {
  /** A code, or the option itself. */
  readonly ede?: number | EdnsOption;
  readonly explanation?: string;
  readonly cause?: unknown;
  readonly isTimeout?: boolean;
  readonly reason?: ReasonCode;
}

/**
 * A query that cannot be answered, and what to tell the client. Thrown (or rejected) by a
 * plugin; other plugins let it pass, `errors` logs it, the server makes a reply of it.
 */
export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly rcode: number;
  /** Extended DNS Error for clients with EDNS (RFC 8914). */
  readonly extendedError: EdnsOption | undefined;
  /** Whether there was merely no answer in time: one may come yet (`Query.isPatient`). */
  readonly isTimeout: boolean;
  /** For the metric and the log. */
  readonly reason: ReasonCode | undefined;
  #validity: Validity = Validity.always;

  /**
   * @param rcode response code for the client
   * @param message for the log: action, colon, state
   * @param details `ede`: a code of `ExtendedErrorCode` for the client, with `explanation` as its text:
   * the message may name what is none of the client's business; `isTimeout` and `reason` as above
   */
  constructor(rcode: number, message: string, details: QueryErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.rcode = rcode;
    const { ede, explanation, isTimeout = false } = details;
    this.isTimeout = isTimeout;
    this.reason = details.reason;
    this.extendedError = typeof ede === "number" ? extendedErrorOption(ede, explanation) : ede;
  }

  /** The same failure, told by another response code. */
  withRcode(rcode: number): QueryError {
    const { message, isTimeout, extendedError, reason } = this;
    const ede = extendedError && { ede: extendedError };
    const details = { ...ede, ...(reason && { reason }), isTimeout, cause: this };
    return new QueryError(rcode, message, details).narrow(this.validity);
  }

  /** For how long it is a failure; who keeps failures, as `cache` does, must not outlast that. */
  get validity(): Validity {
    return this.#validity;
  }

  /** As `Reply.narrow`. */
  narrow(by: Validity): this {
    this.#validity = this.#validity.and(by);
    return this;
  }
}
