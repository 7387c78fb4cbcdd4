/** A file of a key that cannot be used; the message begins with `file:line: `. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;

  /** @param reason what is wrong, without the place; nothing of the key itself */
  constructor(file: string, line: number, reason: string) {
    super(`${file}:${line}: Cannot read key: ${reason}`);
    this.file = file;
    this.line = line;
  }
}
