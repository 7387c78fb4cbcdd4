import { dirname, isAbsolute, join } from "node:path";
import type { ConfigFiles } from "./config-files.ts";
import { hasWildcard } from "./config-files.ts";
import { CorefileError, reasonOf } from "./corefile-error.ts";
import type { Token } from "./directive.ts";
import type { Environment } from "./environment.ts";
import type { LexedToken } from "./lexer.ts";
import { lex } from "./lexer.ts";
import { didYouMean } from "../text/nearest-name.ts";
import type { Frame, TokenStream } from "./token-stream.ts";

/*
 * Bounds of what imports may do, far above any real Corefile: snippets that import one another
 * twice grow as 2^n, and a Corefile that somebody else may write must not take the server down.
 */
const MAX_DEPTH = 100;
const MAX_IMPORTS = 10_000;
const MAX_IMPORTED_TOKENS = 1_000_000;

/** Finds what `import` asks for: a snippet, a file, or the files that match a pattern. */
export class Importer {
  readonly #files: ConfigFiles;
  readonly #env: Environment;
  readonly #snippets = new Map<string, readonly LexedToken[]>();
  /** What was read already: a file counts as one text however often it is imported. */
  readonly #lexed = new Map<string, readonly LexedToken[]>();
  #imports = 0;
  #importedTokens = 0;

  constructor(files: ConfigFiles, env: Environment) {
    this.#files = files;
    this.#env = env;
  }

  defineSnippet(name: string, at: Token, tokens: readonly LexedToken[]): void {
    if (this.#snippets.has(name)) {
      throw new CorefileError(at, `Snippet "${name}" is defined twice`);
    }
    this.#snippets.set(name, tokens);
  }

  /**
   * Has what `target` names read next by `stream`.
   * @param target the argument of `import`, just taken
   * @throws {CorefileError} if there is no such thing, or it imports itself, or far too much.
   */
  import(target: Token, stream: TokenStream): void {
    const frames = this.#resolve(target);
    const importers = stream.origins();
    if (importers.length > MAX_DEPTH) throw importError(target, `over ${MAX_DEPTH} deep`);
    for (const { origin, tokens } of frames) {
      if (importers.includes(origin)) throw cycleError(target, origin, importers);
      this.#imports++;
      this.#importedTokens += tokens.length;
    }
    if (this.#imports > MAX_IMPORTS) throw new TooMuch(target, `over ${MAX_IMPORTS} imports`);
    if (this.#importedTokens > MAX_IMPORTED_TOKENS) {
      throw new TooMuch(target, `over ${MAX_IMPORTED_TOKENS} words imported`);
    }
    stream.insert(frames);
  }

  #resolve(target: Token): Frame[] {
    const snippet = this.#snippets.get(target.text);
    if (snippet) return [{ origin: `(${target.text})`, tokens: snippet }];
    if (target.text === "") throw importError(target, "expected a snippet, file or pattern");
    const path = isAbsolute(target.text) ? target.text : join(dirname(target.file), target.text);
    if (!hasWildcard(path)) return [this.#frame(path, target)];
    // More could take a matcher very long; CoreDNS draws the same line.
    if (/\*.*\*|\?.*\?|\[.*\]/s.test(path)) {
      throw importError(
        target,
        'expected at most one "*" and one "?" in the pattern, and no "[ ]"',
      );
    }
    // A pattern may match nothing: that is how distributions offer a place for additions.
    return this.#glob(path, target).map((file) => this.#frame(file, target));
  }

  #glob(pattern: string, target: Token): readonly string[] {
    try {
      return this.#files.glob(pattern);
    } catch (cause) {
      throw importError(target, reasonOf(cause));
    }
  }

  #frame(path: string, target: Token): Frame {
    let tokens = this.#lexed.get(path);
    if (!tokens) {
      tokens = lex(this.#readFile(path, target), path, this.#env);
      this.#lexed.set(path, tokens);
    }
    return { origin: path, tokens };
  }

  #readFile(path: string, target: Token): string {
    try {
      return this.#files.readFile(path);
    } catch (cause) {
      const hint = didYouMean(target.text, this.#snippets.keys());
      const reason = `no snippet of that name above, and no file "${path}": ${reasonOf(cause)}${hint}`;
      throw importError(target, reason);
    }
  }
}

function importError(target: Token, reason: string): CorefileError {
  return new CorefileError(target, importMessage(target, reason));
}

function importMessage({ text }: Token, reason: string): string {
  return `Cannot import "${text}": ${reason}`;
}

/** No import behind it would end otherwise. */
export class TooMuch extends CorefileError {
  constructor(target: Token, reason: string) {
    super(target, importMessage(target, reason));
  }
}

/** @param importers who imported whom, the last one first */
function cycleError(target: Token, origin: string, importers: readonly string[]): CorefileError {
  const round = importers.slice(0, importers.indexOf(origin) + 1).toReversed();
  return importError(target, [...round, origin].join(" imports "));
}
