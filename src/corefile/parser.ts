import type { Position } from "./corefile-error.ts";
import { CorefileError } from "./corefile-error.ts";
import { Directive } from "./directive.ts";
import type { Token } from "./directive.ts";
import type { Faults } from "./faults.ts";
import type { Importer } from "./importer.ts";
import { TooMuch } from "./importer.ts";
import type { LexedToken } from "./lexer.ts";
import type { PluginDefinition } from "./plugin-definition.ts";
import { parsePluginDefinition } from "./plugin-definition.ts";
import type { ServerBlock, ServerKey } from "./server-block.ts";
import { parseServerKeys } from "./server-key.ts";
import { TokenStream } from "./token-stream.ts";

/** How deep braces may lie in each other; bounds the recursion below. */
const MAX_DEPTH = 64;

/**
 *   file       = *( snippet / block / import / plugin )
 *   snippet    = "(" name ")" "{" anything "}"
 *   plugin     = "plugin" name "from" module [ "before" / "after" plugin ]   on one line
 *   block      = keys "{" directives "}"  /  keys directives            the latter up to the end
 *   keys       = key *( [","] key )                                     a comma may end a line
 *   directives = *( import / name *argument [ "{" directives "}" ] )    one a line
 */
export function parseServerBlocks(
  tokens: readonly LexedToken[],
  { file, ...settings }: ParserSettings,
): ServerBlock[] {
  const { faults } = settings;
  const parser = new Parser(new TokenStream(tokens, file), settings);
  const blocks: ServerBlock[] = [];
  /** Those before a brace that may not have been taken for one. */
  let trusted = 0;
  try {
    while (parser.hasMore()) {
      const block = parser.block();
      if (block) blocks.push(block);
      if (!parser.isInDoubt) trusted = blocks.length;
    }
  } catch (error) {
    if (!(error instanceof CorefileError)) throw error;
    // Where blocks begin and end is unknown from here on.
    faults.add(parser.causeOf(error));
    if (parser.isInDoubt) return blocks.slice(0, trusted);
  }
  return blocks;
}

interface ParserSettings {
  readonly file: string;
  readonly importer: Importer;
  /** Takes what is wrong. */
  readonly faults: Faults;
  /** Takes plugins that are defined. */
  readonly plugins: PluginDefinition[];
}

class Parser {
  readonly #stream: TokenStream;
  readonly #importer: Importer;
  readonly #faults: Faults;
  readonly #plugins: PluginDefinition[];
  /** The first word at the end of a line that a brace touches: it opens or closes nothing. */
  #touching: Token | undefined;

  constructor(stream: TokenStream, settings: Omit<ParserSettings, "file">) {
    this.#stream = stream;
    this.#importer = settings.importer;
    this.#faults = settings.faults;
    this.#plugins = settings.plugins;
  }

  /** Whether braces may not be where they seem to be. */
  get isInDoubt(): boolean {
    return this.#touching !== undefined;
  }

  /** Braces that do not match are seen long after the one that was not taken for one. */
  causeOf(error: CorefileError): CorefileError {
    const token = this.#touching;
    if (!token) return error;
    return touching(token);
  }

  hasMore(): boolean {
    return this.#stream.peek() !== undefined;
  }

  /** The next server block; undefined if it was something else, or there is nothing left. */
  block(): ServerBlock | undefined {
    const keys = this.#keys();
    const [first, second] = keys;
    if (!first) return undefined;
    const name = second ? undefined : /^\((.*)\)$/s.exec(first.text)?.[1];
    if (name !== undefined && !first.quoted) {
      const body = this.#snippetBody(first);
      this.#faults.try(() => this.#importer.defineSnippet(name, first, body));
      return undefined;
    }
    if (this.#isDefinition(keys)) {
      this.#faults.try(() => this.#plugins.push(parsePluginDefinition(keys)));
      return undefined;
    }
    return {
      keys: keys.flatMap((key) => this.#serverKeys(key)),
      directives: this.#blockBody(first),
      at: { file: first.file, line: first.line, column: first.column },
    };
  }

  /** A line that begins with `plugin`, where no block follows: `plugin {` is for that zone. */
  #isDefinition([first, ...others]: readonly Token[]): boolean {
    const isWord = first?.text === "plugin" && !first.quoted && others.length > 0;
    return isWord && this.#stream.peek()?.mark !== "{";
  }

  #serverKeys(key: Token): ServerKey[] {
    // A key that a brace touches has hidden the beginning of its block.
    if (touchesBrace(key)) return parseServerKeys(key);
    return this.#faults.try(() => parseServerKeys(key)) ?? [];
  }

  /** Words before the "{" or, without one, those of a line. None if the file has ended. */
  #keys(): Token[] {
    const keys: Token[] = [];
    let comma: LexedToken | undefined;
    for (;;) {
      const token = this.#stream.peek();
      const isOver = token?.startsLine && keys.length > 0 && !comma;
      if (!token || token.mark === "{" || isOver) break;
      this.#stream.take();
      if (token.mark === "}") throw strayClose(token);
      if (token.mark === "import" && token.startsLine) {
        this.#import(token);
        continue;
      }
      comma = !token.quoted && token.text.endsWith(",") ? token : undefined;
      const text = comma ? token.text.slice(0, -1) : token.text;
      if (token.text !== ",") keys.push(plain({ ...token, text }));
    }
    const next = this.#stream.peek();
    if (comma) throw missingKey(comma, next);
    if (keys.length === 0 && next) throw keylessOpen(next);
    // A variable that is not set adds no zone to others; alone it stands for the root.
    const named = keys.filter(({ text }) => text !== "");
    return named.length > 0 ? named : keys.slice(0, 1);
  }

  #snippetBody(name: Token): LexedToken[] {
    const open = this.#stream.peek();
    if (open?.mark !== "{") {
      throw new CorefileError(name, `Expected "{" after snippet "${name.text}", ${found(open)}`);
    }
    this.#stream.take();
    const tokens: LexedToken[] = [];
    let depth = 1;
    for (;;) {
      const token = this.#stream.take();
      if (!token) throw unclosed(open, name);
      if (token.mark === "{") depth++;
      if (token.mark === "}") depth--;
      if (depth === 0) return tokens;
      tokens.push(token);
    }
  }

  #blockBody(key: Token): Directive[] {
    const open = this.#stream.peek();
    if (open?.mark === "{") {
      this.#stream.take();
      return this.#directives({ open, owner: key, depth: 1 });
    }
    const directives = this.#directives({ open: undefined, owner: key, depth: 1 });
    return directives.filter(({ name, hasBody }) => {
      const isDirective = !hasBody || !/[.:/]/.test(name.text);
      if (!isDirective) {
        const why = `the block of "${key.text}" has no braces, so it is the file's only one`;
        const message = `Unexpected server key "${name.text}": ${why}`;
        this.#faults.add(new CorefileError(name, message));
      }
      return isDirective;
    });
  }

  #directives(block: Block): Directive[] {
    const directives: Directive[] = [];
    for (;;) {
      const token = this.#stream.take();
      if (!token && block.open) throw unclosed(block.open, block.owner);
      if (!token) return directives;
      if (token.mark === "}") {
        if (!block.open) throw strayClose(token);
        return directives;
      }
      if (token.mark === "{") this.#skipStrayBlock(token, block.depth + 1);
      else if (token.mark === "import") this.#import(token);
      else directives.push(this.#directive(token, block));
    }
  }

  /** What is in it belongs to nobody, but may be at fault itself. */
  #skipStrayBlock(open: Token, depth: number): void {
    if (depth > MAX_DEPTH) throw tooDeep(open);
    this.#faults.add(strayOpen(open));
    this.#directives({ open, owner: open, depth });
  }

  #directive(first: LexedToken, { scope = first.text, depth }: Block): Directive {
    const name = plain(first, scope);
    const args: Token[] = [];
    for (;;) {
      const token = this.#stream.peek();
      if (!token || token.startsLine) {
        const last = args.at(-1) ?? name;
        if (touchesBrace(last)) this.#touching ??= last;
        return new Directive({ name, args, body: [], hasBody: false, scope });
      }
      if (token.mark === "}") throw inlineClose(token, args.at(-1) ?? name);
      this.#stream.take();
      if (token.mark === "{") {
        const body = this.#body({ open: token, owner: name, scope, depth: depth + 1 });
        return new Directive({ name, args, body, hasBody: true, scope });
      }
      args.push(plain(token, scope));
    }
  }

  #body(block: Block & { readonly open: Token }): Directive[] {
    if (block.depth > MAX_DEPTH) throw tooDeep(block.open);
    const body = this.#directives(block);
    const next = this.#stream.peek();
    if (!next || next.startsLine) return body;
    this.#skipLine(
      new CorefileError(next, `Unexpected "${next.text}" after "}": expected the end of the line`),
    );
    return body;
  }

  /** Goes on behind what should not be there; a brace there leaves it open where blocks end. */
  #skipLine(fault: CorefileError): void {
    this.#faults.add(fault);
    for (;;) {
      const token = this.#stream.peek();
      if (!token || token.startsLine) return;
      if (token.mark) throw fault;
      this.#stream.take();
    }
  }

  #import(keyword: LexedToken): void {
    const target = this.#stream.peek();
    if (!target || target.startsLine || target.mark) {
      throw new CorefileError(
        keyword,
        `Expected a snippet, file or pattern after "import", ${found(target)}`,
      );
    }
    this.#stream.take();
    const next = this.#stream.peek();
    if (next && !next.startsLine) {
      const message = `Unexpected "${next.text}": "import" takes one argument`;
      return this.#skipLine(new CorefileError(next, message));
    }
    try {
      this.#importer.import(target, this.#stream);
    } catch (error) {
      if (!(error instanceof CorefileError) || error instanceof TooMuch) throw error;
      this.#faults.add(error);
    }
  }
}

/** What directives are read for. */
interface Block {
  /** Its opening brace; a block without one ends with the file. */
  readonly open: Token | undefined;
  /** The server key or directive it belongs to. */
  readonly owner: Token;
  /** The plugin that it configures; none for a server block. */
  readonly scope?: string;
  readonly depth: number;
}

function plain({ file, line, column, text, quoted }: Token, scope?: string): Token {
  const token = { file, line, column, text, quoted };
  return scope === undefined ? token : { ...token, scope };
}

function found(token: LexedToken | undefined): string {
  if (!token) return "found the end of the file";
  return token.startsLine ? "found the end of the line" : `found "${token.text}"`;
}

export function unclosed(open: Position, owner: { readonly text: string }): CorefileError {
  return new CorefileError(
    open,
    `Unclosed "{" of "${owner.text}": expected "}" before the end of the file`,
  );
}

/** `cluster.local{` or `whoami}`, but not `{$NAME}` or `[a-z]{2}`. */
export function touchesBrace({ text, quoted }: Pick<Token, "text" | "quoted">): boolean {
  return !quoted && /^(.+\{|[^{]+\})$/s.test(text);
}

/** What is wrong with a word that touches a brace, where braces do not match. */
export function touching(token: Position & { readonly text: string }): CorefileError {
  const { text } = token;
  const message = text.endsWith("{")
    ? `Expected a space before "{" in "${text}"`
    : `Expected "}" on a line of its own, not at the end of "${text}"`;
  return new CorefileError(token, message);
}

function tooDeep(open: Token): CorefileError {
  return new CorefileError(open, `Too many braces: over ${MAX_DEPTH} in each other`);
}

export function strayClose(token: Position): CorefileError {
  return new CorefileError(token, 'Unexpected "}": no block is open');
}

function strayOpen(token: Token): CorefileError {
  return new CorefileError(token, 'Unexpected "{": it belongs on the line of its directive');
}

export function inlineClose(token: Position, before: { readonly text: string }): CorefileError {
  return new CorefileError(
    token,
    `Unexpected "}" after "${before.text}": it belongs on a line of its own`,
  );
}

function missingKey(comma: Token, next: LexedToken | undefined): CorefileError {
  return new CorefileError(comma, `Expected another server key after ",", ${found(next)}`);
}

function keylessOpen(token: Token): CorefileError {
  const hint = 'a server block begins with its zone, "." for the root';
  return new CorefileError(token, `Unexpected "{": ${hint}`);
}
