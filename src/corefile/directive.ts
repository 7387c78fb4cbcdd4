import type { Position } from "./corefile-error.ts";
import { CorefileError } from "./corefile-error.ts";

/** A word of the Corefile, environment variables expanded. */
export interface Token extends Position {
  readonly text: string;
  /** Whether it stood in double quotes (which `text` does not have). */
  readonly quoted: boolean;
  /** Name of the plugin whose directive it belongs to; none for server keys. */
  readonly scope?: string;
}

export interface DirectiveParts {
  readonly name: Token;
  readonly args: readonly Token[];
  readonly body: readonly Directive[];
  readonly hasBody: boolean;
  /** Name of the plugin that this directive configures; its own name at the top. */
  readonly scope: string;
}

/**
 * One line of a server block with its body: `name args... { body }`. What stands in the body has
 * the same shape. It is a {@link Position} itself: that of its name.
 */
export class Directive implements Position {
  readonly name: Token;
  readonly args: readonly Token[];
  /** Sub-directives, in the order of the file. */
  readonly body: readonly Directive[];
  /** Whether there were braces, be it empty ones. */
  readonly hasBody: boolean;
  readonly scope: string;

  constructor(parts: DirectiveParts) {
    this.name = parts.name;
    this.args = parts.args;
    this.body = parts.body;
    this.hasBody = parts.hasBody;
    this.scope = parts.scope;
  }

  get file(): string {
    return this.name.file;
  }

  get line(): number {
    return this.name.line;
  }

  get column(): number | undefined {
    return this.name.column;
  }

  /** The error to throw for this directive: `plugin/<scope>: ` is put in front of the message. */
  error(message: string, at: Position = this.name): CorefileError {
    return new CorefileError(at, `plugin/${this.scope}: ${message}`);
  }
}

/** The error to throw for one token: `plugin/<scope>: ` in front, or else a capital letter. */
export function tokenError(token: Token, message: string): CorefileError {
  if (token.scope !== undefined) {
    return new CorefileError(token, `plugin/${token.scope}: ${message}`);
  }
  return new CorefileError(token, message.charAt(0).toUpperCase() + message.slice(1));
}
