/** dig's exit codes: scripts tell by them what went wrong. */
export const ExitCode = { REPLY: 0, USAGE: 1, NO_REPLY: 9, INTERNAL: 10 } as const;

/** A question that cannot be put: one line for people, and the exit code that dig has for it. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = ExitCode.USAGE) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** That of an error of the command line, of which the parsers that commands share throw a `TypeError`; else undefined. */
export function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof CommandLineError) return error.exitCode;
  return error instanceof TypeError ? ExitCode.USAGE : undefined;
}
