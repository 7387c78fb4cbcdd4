/** A place in a configuration file; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  /** In UTF-16 code units; left out where only the line is known. */
  readonly column?: number | undefined;
}

/** Something in the configuration that cannot be used, and where it stands. */
export class CorefileError extends Error {
  override readonly name = "CorefileError";
  readonly at: Position;

  /** @param message without the position: action, colon, state; no final period */
  constructor(at: Position, message: string) {
    super(`${at.file}:${at.line}: ${message}`);
    const { file, line, column } = at;
    this.at = { file, line, column };
  }
}

/** What Node says with a code, a system call and the path once more. */
const FILE_TROUBLES: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is no folder",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};

/** Why something failed, for the end of a message that names the file if it is about one. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code = "", syscall } = cause as NodeJS.ErrnoException;
  const isOfFiles = /^(open|stat|read|scandir|access|lstat)$/.test(syscall ?? "");
  return (isOfFiles ? FILE_TROUBLES[code] : undefined) ?? cause.message;
}
