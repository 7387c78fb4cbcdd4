import type { JsonRequest } from "./https-json.ts";
import type { Status } from "./kubernetes-object.ts";

/** The API server did not do what it was asked. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status. */
  readonly code: number;
  /** The API's word for it: `NotFound`, `Forbidden`; empty if it gave none. */
  readonly reason: string;

  private constructor(message: string, code: number, reason: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  static of({ method, path }: JsonRequest, code: number | undefined, body: unknown): ApiError {
    const { reason = "", message = JSON.stringify(body) } = (body ?? {}) as Partial<Status>;
    return new ApiError(`Cannot ${method} "${path}": ${code} ${message}`, code ?? 0, reason);
  }
}
