import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { guard } from "../observe/faults.ts";

/** What is known of a file by which a change is seen. */
export interface FileState {
  readonly mtimeMs: number;
  readonly size: number;
  /** Another one where the file was replaced, be its time and size the same. */
  readonly inode: number;
}

/**
 * A file that is looked at from time to time, one look at a time: a file system that hangs takes
 * one thread of Node's pool, not all of them.
 */
export class PolledFile {
  readonly path: string;
  readonly #everyMs: number;
  readonly #read: (state: FileState) => Promise<void>;
  readonly #onTrouble: (error: unknown) => void;
  readonly #whileAbsentMs: number;
  #last: FileState | undefined;
  #isAbsent = false;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /**
   * @param everyMs 0 to look but once
   * @param read is called when the file is there and not as it was read last; what it rejects is
   * told, and the file is read again at the next look
   * @param onTrouble is told each time the file cannot be looked at or read
   * @param whileAbsentMs the same as `everyMs` for a file that is not there
   */
  constructor(
    path: string,
    everyMs: number,
    read: (state: FileState) => Promise<void>,
    onTrouble: (error: unknown) => void,
    whileAbsentMs = everyMs,
  ) {
    this.path = path;
    this.#everyMs = everyMs;
    this.#read = read;
    this.#onTrouble = onTrouble;
    this.#whileAbsentMs = Math.min(whileAbsentMs, everyMs);
  }

  /** Looks at it now, and then from time to time. Rejects as `look` does, and polls all the same. */
  async start(): Promise<void> {
    try {
      await this.look();
    } finally {
      this.#lookLater();
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Reads the file, if it has changed; rejects if that cannot be. */
  async look(): Promise<void> {
    const state = stateOf(this.path, await this.#stat());
    if (this.#last && isSame(this.#last, state)) return;
    await this.#read(state);
    this.#last = state;
  }

  async #stat(): Promise<Stats> {
    this.#isAbsent = true;
    const stats = await stat(this.path);
    this.#isAbsent = false;
    return stats;
  }

  #lookLater(): void {
    if (this.#isStopped || this.#everyMs === 0) return;
    const look = guard(`look at file "${this.path}"`, async () => {
      try {
        await this.look();
      } catch (error) {
        this.#onTrouble(error);
      } finally {
        this.#lookLater();
      }
    });
    const afterMs = this.#isAbsent ? this.#whileAbsentMs : this.#everyMs;
    this.#timer = setTimeout(look, afterMs).unref();
  }
}

function stateOf(path: string, stats: Stats): FileState {
  if (stats.isDirectory()) throw new Error(`File "${path}" is a directory`);
  return { mtimeMs: stats.mtimeMs, size: stats.size, inode: stats.ino };
}

function isSame(a: FileState, b: FileState): boolean {
  return a.mtimeMs === b.mtimeMs && a.size === b.size && a.inode === b.inode;
}
