import type { TokenError } from "../../dns/tokenizer.ts";

/** A zone file that cannot be read; the message begins with `file:line:column: `. */
export class ZoneFileError extends SyntaxError {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;

  constructor(file: string, { line, column }: Pick<TokenError, "line" | "column">, cause: Error) {
    super(`${file}:${line}:${column}: ${cause.message}`, { cause });
    this.file = file;
    this.line = line;
    this.column = column;
  }
}
