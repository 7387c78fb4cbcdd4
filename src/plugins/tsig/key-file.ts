import { CorefileError } from "../../corefile/corefile-error.ts";
import { Name } from "../../dns/name.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import { algorithmOf, secretOf } from "./key-words.ts";

/** A word, a quoted one, or one of `{`, `}` and `;`. */
interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly line: number;
}

/** Of named.conf: comments, strings, punctuation, words. */
const PIECES = /\/\*[^]*?\*\/|\/\/.*|#.*|"([^"\n]*)"|[{};]|[^\s{};"]+|"/g;

/**
 * Reads the keys of a file in named.conf's format, which *tsig-keygen* writes: `key NAME { algorithm WORD; secret BASE64; };`.
 * @param file its name in messages
 * @throws {CorefileError} that says nothing of a secret
 */
export function readKeyFile(text: string, file: string): TsigKey[] {
  return new KeyFile(text, file).keys();
}

class KeyFile {
  readonly #file: string;
  readonly #words: readonly Word[];
  #at = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#words = wordsOf(text);
  }

  keys(): TsigKey[] {
    const keys = new Map<string, TsigKey>();
    while (this.#at < this.#words.length) {
      if (this.#take(";")) continue;
      const word = this.#next("key");
      if (word.text !== "key" || word.isQuoted)
        throw this.#error(word, `expected "key" and a name`);
      const key = this.#key();
      if (keys.has(key.name.key))
        throw this.#error(word, `key "${key.name.toString()}" is there twice`);
      keys.set(key.name.key, key);
    }
    return [...keys.values()];
  }

  #key(): TsigKey {
    const word = this.#next("the name of a key");
    const name = Name.tryParse(word.text);
    if (!name) throw this.#error(word, `bad name of a key "${word.text}"`);
    const open = this.#next("{");
    if (open.text !== "{")
      throw this.#error(open, `expected "{" behind the name of key "${word.text}"`);
    let secret: Buffer | undefined;
    let configured: TsigKey["configured"];
    while (!this.#take("}")) {
      if (this.#take(";")) continue;
      const property = this.#next("}");
      if (property.text === "algorithm") configured = this.#algorithm();
      else if (property.text === "secret") secret = this.#secret(word.text);
      else
        throw this.#error(
          property,
          `unknown property of key "${word.text}": known are algorithm, secret`,
        );
    }
    if (!secret) throw this.#error(word, `key "${word.text}" has no secret`);
    return { name, secret, configured };
  }

  #algorithm(): TsigKey["configured"] {
    const word = this.#next("an algorithm");
    const configured = algorithmOf(word.text);
    if (typeof configured === "string") throw this.#error(word, configured);
    return configured;
  }

  #secret(name: string): Buffer {
    const word = this.#next("a secret");
    const octets = secretOf(word.text);
    if (typeof octets === "string")
      throw this.#error(word, `bad secret of key "${name}": ${octets}`);
    return octets;
  }

  #next(expected: string): Word {
    const word = this.#words[this.#at++];
    if (word) return word;
    const line = this.#words.at(-1)?.line ?? 1;
    throw this.#error({ line }, `expected ${expected}, found the end of the file`);
  }

  #take(text: string): boolean {
    const word = this.#words[this.#at];
    if (word?.text !== text || word.isQuoted) return false;
    this.#at++;
    return true;
  }

  #error({ line }: Pick<Word, "line">, message: string): CorefileError {
    return new CorefileError({ file: this.#file, line }, `plugin/tsig: ${message}`);
  }
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let line = 1;
  let from = 0;
  for (const { 0: piece, 1: quoted, index } of text.matchAll(PIECES)) {
    line += breaksIn(text.slice(from, index));
    if (!/^(\/\*|\/\/|#)/.test(piece)) {
      words.push({ text: quoted ?? piece, isQuoted: quoted !== undefined, line });
    }
    from = index;
  }
  return words;
}

function breaksIn(text: string): number {
  return text.split("\n").length - 1;
}
