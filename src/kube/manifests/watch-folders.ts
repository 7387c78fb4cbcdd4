import type { FSWatcher } from "node:fs";
import { watch } from "node:fs";
import { guard } from "../../observe/faults.ts";

/** One save of an editor makes several events. */
const SETTLE_MS = 50;

/** So that a file which is written without end is read from time to time. */
const MAX_SETTLE_MS = 1_000;

/** For file systems without events, and for what links point to. */
const POLL_MS = 5_000;

/** Says when something may have changed in folders. Does not keep the process alive. */
export class FolderWatcher {
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #poll: NodeJS.Timeout;
  #settling: NodeJS.Timeout | undefined;
  #firstEventMs = 0;

  constructor(onChange: () => void) {
    this.#onChange = guard("watching of files", onChange);
    this.#poll = setInterval(this.#onChange, POLL_MS).unref();
  }

  /** Watches exactly these from now on. */
  update(folders: ReadonlySet<string>): void {
    for (const folder of this.#watchers.keys()) {
      if (!folders.has(folder)) this.#unwatch(folder);
    }
    const added = [...folders].filter((folder) => this.#watch(folder));
    // Nobody saw what changed before.
    if (added.length > 0) this.#settle();
  }

  close(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#settling);
    for (const folder of this.#watchers.keys()) this.#unwatch(folder);
  }

  /** @returns whether it was not watched before, and is now */
  #watch(folder: string): boolean {
    if (this.#watchers.has(folder)) return false;
    try {
      const watcher = watch(folder, { persistent: false });
      this.#watchers.set(folder, watcher);
      const guarded = (run: (event: unknown) => void) =>
        guard("watching of files", run, () => this.#unwatch(folder));
      const onEvent = guarded((event) => {
        // The folder itself may be another one now: `update` will watch that.
        if (event === "rename") this.#unwatch(folder);
        this.#settle();
      });
      watcher.on("change", onEvent);
      const onError = guarded(() => this.#unwatch(folder));
      watcher.on("error", onError);
      return true;
    } catch {
      // Where the system has no watch to give, the poll must do.
      return false;
    }
  }

  #unwatch(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  #settle(): void {
    const nowMs = performance.now();
    if (this.#settling === undefined) this.#firstEventMs = nowMs;
    const leftMs = this.#firstEventMs + MAX_SETTLE_MS - nowMs;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(
      () => {
        this.#settling = undefined;
        this.#onChange();
      },
      Math.max(0, Math.min(SETTLE_MS, leftMs)),
    ).unref();
  }
}
