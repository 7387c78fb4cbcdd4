/** A place in a configuration file; lines count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
}

/** Something in the configuration that cannot be used, and where it stands. */
export class CorefileError extends Error {
  override readonly name = "CorefileError";
  readonly at: Position;

  /** @param message without the position: action, colon, state; no final period */
  constructor(at: Position, message: string) {
    super(`${at.file}:${at.line}: ${message}`);
    this.at = { file: at.file, line: at.line };
  }
}

/** Why something failed, for the end of a message. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
