import { ApiError } from "./api-error.ts";
import { readStatus } from "./decode/read-status.ts";
import { readBody } from "./read-body.ts";
import type { ApiResponse } from "./transport.ts";

/** A status with its explanation is short. */
const MAX_STATUS_OCTETS = 64 << 10;

/** The error that a response of another status than the one wanted stands for. */
export async function readError(response: ApiResponse): Promise<ApiError> {
  const { status, contentType, retryAfterMs, body } = response;
  const octets = await readBody(body, MAX_STATUS_OCTETS).catch(() => Buffer.alloc(0));
  return new ApiError(status, readStatus(contentType, octets) ?? {}, retryAfterMs);
}
