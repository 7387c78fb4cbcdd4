import { CorefileError } from "./corefile-error.ts";
import { Directive } from "./directive.ts";
import type { Token } from "./directive.ts";
import type { Importer } from "./importer.ts";
import type { LexedToken } from "./lexer.ts";
import type { ServerBlock } from "./server-block.ts";
import { parseServerKeys } from "./server-key.ts";
import { TokenStream } from "./token-stream.ts";

/** How deep braces may lie in each other; bounds the recursion below. */
const MAX_DEPTH = 64;

/**
 *   file       = *( snippet / block / import )
 *   snippet    = "(" name ")" "{" anything "}"
 *   block      = keys "{" directives "}"  /  keys directives            the latter up to the end
 *   keys       = key *( [","] key )                                     a comma may end a line
 *   directives = *( import / name *argument [ "{" directives "}" ] )    one a line
 */
export function parseServerBlocks(
  tokens: readonly LexedToken[],
  file: string,
  importer: Importer,
): ServerBlock[] {
  const parser = new Parser(new TokenStream(tokens, file), importer);
  const blocks: ServerBlock[] = [];
  while (parser.hasMore()) {
    const block = parser.block();
    if (block) blocks.push(block);
  }
  return blocks;
}

class Parser {
  readonly #stream: TokenStream;
  readonly #importer: Importer;

  constructor(stream: TokenStream, importer: Importer) {
    this.#stream = stream;
    this.#importer = importer;
  }

  hasMore(): boolean {
    return this.#stream.peek() !== undefined;
  }

  /** The next server block; undefined if it was a snippet, or there is nothing left. */
  block(): ServerBlock | undefined {
    const keys = this.#keys();
    const [first, second] = keys;
    if (!first) return undefined;
    const name = second ? undefined : /^\((.*)\)$/s.exec(first.text)?.[1];
    if (name !== undefined && !first.quoted) {
      this.#importer.defineSnippet(name, first, this.#snippetBody(first));
      return undefined;
    }
    return {
      keys: keys.flatMap(parseServerKeys),
      directives: this.#blockBody(first),
      at: { file: first.file, line: first.line },
    };
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
    for (const { name, hasBody } of directives) {
      if (hasBody && /[.:/]/.test(name.text)) {
        const why = `the block of "${key.text}" has no braces, so it is the file's only one`;
        throw new CorefileError(name, `Unexpected server key "${name.text}": ${why}`);
      }
    }
    return directives;
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
      if (token.mark === "{") throw strayOpen(token);
      if (token.mark === "import") this.#import(token);
      else directives.push(this.#directive(token, block));
    }
  }

  #directive(first: LexedToken, { scope = first.text, depth }: Block): Directive {
    const name = plain(first, scope);
    const args: Token[] = [];
    for (;;) {
      const token = this.#stream.peek();
      if (!token || token.startsLine) {
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
    if (block.depth > MAX_DEPTH) {
      throw new CorefileError(block.open, `Too many braces: over ${MAX_DEPTH} in each other`);
    }
    const body = this.#directives(block);
    const next = this.#stream.peek();
    if (!next || next.startsLine) return body;
    throw new CorefileError(
      next,
      `Unexpected "${next.text}" after "}": expected the end of the line`,
    );
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
      throw new CorefileError(next, `Unexpected "${next.text}": "import" takes one argument`);
    }
    this.#importer.import(target, this.#stream);
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

function plain({ file, line, text, quoted }: Token, scope?: string): Token {
  return scope === undefined ? { file, line, text, quoted } : { file, line, text, quoted, scope };
}

function found(token: LexedToken | undefined): string {
  if (!token) return "found the end of the file";
  return token.startsLine ? "found the end of the line" : `found "${token.text}"`;
}

function unclosed(open: Token, owner: Token): CorefileError {
  return new CorefileError(
    open,
    `Unclosed "{" of "${owner.text}": expected "}" before the end of the file`,
  );
}

function strayClose(token: Token): CorefileError {
  return new CorefileError(token, 'Unexpected "}": no block is open');
}

function strayOpen(token: Token): CorefileError {
  return new CorefileError(token, 'Unexpected "{": it belongs on the line of its directive');
}

function inlineClose(token: Token, before: Token): CorefileError {
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
