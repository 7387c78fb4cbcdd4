/** The bench cannot run here, or was asked for something that does not exist; the message says what to do. */
export class BenchError extends Error {
  override readonly name = "BenchError";
}

/** One server cannot take part; the others go on. The message is the reason, as the report prints it. */
export class PeerUnavailable extends Error {
  override readonly name = "PeerUnavailable";
}

/** What went wrong, of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
