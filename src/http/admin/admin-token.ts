import { createHash, timingSafeEqual } from "node:crypto";
import { readFile, stat } from "node:fs/promises";

/** Shorter ones can be guessed. */
const MIN_OCTETS = 32;
const MAX_OCTETS = 4_096;

/** The token of a file, which may be replaced at any time. */
export class AdminToken {
  readonly #path: string;
  /** By which a change is seen. */
  #version = "";
  #digest: Buffer = Buffer.alloc(0);

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Reads the file.
   * @throws {Error} if there is no usable token in it
   */
  static async open(path: string): Promise<AdminToken> {
    const token = new AdminToken(path);
    await token.#refresh();
    return token;
  }

  /**
   * Whether this is the token, compared in constant time, as the file has it now.
   * @throws {Error} if there is no usable token in the file any more: none is right then
   */
  async matches(offered: string): Promise<boolean> {
    await this.#refresh();
    return timingSafeEqual(digestOf(offered), this.#digest);
  }

  async #refresh(): Promise<void> {
    try {
      const { ino, size, mtimeMs, ctimeMs } = await stat(this.#path);
      const version = [ino, size, mtimeMs, ctimeMs].join(" ");
      if (version === this.#version) return;
      if (size > MAX_OCTETS) throw new Error(`the file has more than ${MAX_OCTETS} octets`);
      const text = (await readFile(this.#path, "utf8")).trim();
      if (Buffer.byteLength(text) < MIN_OCTETS) {
        throw new Error(`it has fewer than ${MIN_OCTETS} octets`);
      }
      if (!/^[\x21-\x7e]+$/.test(text)) throw new Error("it has characters that no header has");
      this.#digest = digestOf(text);
      this.#version = version;
    } catch (cause) {
      const { code = (cause as Error).message } = cause as NodeJS.ErrnoException;
      throw new Error(`Cannot read admin token "${this.#path}": ${code}`, { cause });
    }
  }
}

/** Of equal length, whatever was offered. */
function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
