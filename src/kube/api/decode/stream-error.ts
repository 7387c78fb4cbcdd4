/** The octets are not what an API server sends: nothing after them can be trusted. */
export class StreamError extends Error {
  override readonly name = "StreamError";
}

/** One object is not what it should be. It stays inside this folder: events tell of it. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
