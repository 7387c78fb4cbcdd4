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
  #last: FileState | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /**
   * @param everyMs 0 to look but once
   * @param read is called when the file is there and not as it was read last; what it rejects is
   * told, and the file is read again at the next look
   * @param onTrouble is told each time the file cannot be looked at or read
   */
  constructor(
    path: string,
    everyMs: number,
    read: (state: FileState) => Promise<void>,
    onTrouble: (error: unknown) => void,
  ) {
    this.path = path;
    this.#everyMs = everyMs;
    this.#read = read;
    this.#onTrouble = onTrouble;
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
    const state = stateOf(this.path, await stat(this.path));
    if (this.#last && isSame(this.#last, state)) return;
    await this.#read(state);
    this.#last = state;
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
    this.#timer = setTimeout(look, this.#everyMs).unref();
  }
}

function stateOf(path: string, stats: Stats): FileState {
  if (stats.isDirectory()) throw new Error(`File "${path}" is a directory`);
  return { mtimeMs: stats.mtimeMs, size: stats.size, inode: stats.ino };
}

function isSame(a: FileState, b: FileState): boolean {
  return a.mtimeMs === b.mtimeMs && a.size === b.size && a.inode === b.inode;
}
