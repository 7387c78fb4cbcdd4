import type { LexedToken } from "./lexer.ts";

/** Tokens that take the place of an `import`. */
export interface Frame {
  /** The file or snippet they come from. */
  readonly origin: string;
  readonly tokens: readonly LexedToken[];
}

interface OpenFrame extends Frame {
  readonly importer: OpenFrame | undefined;
  next: number;
}

/**
 * The tokens of a Corefile in the order in which they count: what is imported is read in the
 * place of the import, in frames that lie upon each other.
 */
export class TokenStream {
  readonly #frames: OpenFrame[];
  /** The frame of the token taken last, which may have ended with it. */
  #current: OpenFrame;

  constructor(tokens: readonly LexedToken[], origin: string) {
    this.#current = { origin, tokens, importer: undefined, next: 0 };
    this.#frames = [this.#current];
  }

  peek(): LexedToken | undefined {
    for (;;) {
      const frame = this.#frames.at(-1);
      if (!frame) return undefined;
      const token = frame.tokens[frame.next];
      if (token) {
        // What is imported begins a line, wherever it stood when it was written down.
        return frame.next === 0 && !token.startsLine ? { ...token, startsLine: true } : token;
      }
      this.#frames.pop();
    }
  }

  take(): LexedToken | undefined {
    const token = this.peek();
    const frame = this.#frames.at(-1);
    if (!frame) return undefined;
    frame.next++;
    this.#current = frame;
    return token;
  }

  /** Has frames read before all else, as imports by the token taken last. */
  insert(frames: readonly Frame[]): void {
    const importer = this.#current;
    for (const frame of frames.toReversed()) this.#frames.push({ ...frame, importer, next: 0 });
  }

  /** Where the token taken last comes from: its file or snippet, who imported that, and so on. */
  origins(): string[] {
    const origins: string[] = [];
    for (let frame: OpenFrame | undefined = this.#current; frame; frame = frame.importer) {
      origins.push(frame.origin);
    }
    return origins;
  }
}
