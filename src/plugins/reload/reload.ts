import { randomInt } from "node:crypto";
import { reasonOf } from "../../corefile/corefile-error.ts";
import { readCorefileAside } from "../../corefile/corefile.ts";
import { guard } from "../../observe/faults.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import type { ReloadMetrics } from "./metrics.ts";
import { reloadMetrics } from "./metrics.ts";
import type { ReloadOptions } from "./parse.ts";

/** Reads the Corefile with all it imports from time to time, and reloads when it has changed. */
export class Reload implements Instance {
  readonly #context: PluginContext;
  readonly #metrics: ReloadMetrics;
  readonly #intervalMs: number;
  /** Of the configuration at work. */
  readonly #running: string;
  /** What was read last, be it good or bad: nothing is tried twice. */
  #seen: string;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  /** Of all blocks that say so, the last one does it. */
  #isWatcher = false;

  constructor({ intervalMs, jitterMs }: ReloadOptions, context: PluginContext) {
    this.#context = context;
    this.#metrics = reloadMetrics(context.metrics);
    this.#intervalMs = intervalMs + chance(jitterMs);
    this.#running = context.host.corefile.digest;
    this.#seen = this.#running;
  }

  start(): void {
    const { host, log } = this.#context;
    // The Corefile is one, whatever the number of blocks that say so; the last of them counts.
    const watcher = host.instances().findLast(({ plugin }) => plugin === "reload");
    if (watcher && watcher.instance !== this) return;
    this.#isWatcher = true;
    this.#publish(this.#running);
    const [path] = host.corefile.files;
    if (path === undefined) log.warn("Corefile was not read from a file: nothing to watch");
    else this.#lookLater(path);
  }

  /** CoreDNS says so when it serves, and pipelines look for it. */
  serving(): void {
    if (!this.#isWatcher) return;
    this.#context.log.info(`Running configuration SHA512 = ${this.#running}`);
  }

  /** A reload stops us while we wait for it, so this waits for nothing. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #lookLater(path: string): void {
    if (this.#isStopped) return;
    const look = guard("look at the Corefile", async () => {
      try {
        await this.#look(path);
      } finally {
        this.#lookLater(path);
      }
    });
    this.#timer = setTimeout(look, this.#intervalMs).unref();
  }

  async #look(path: string): Promise<void> {
    // A successor that was refused after its start, by SIGUSR1 say, has left its digest there.
    this.#publish(this.#running);
    let digest;
    try {
      ({ digest } = await readCorefileAside(path));
    } catch (error) {
      const trouble = `Corefile parse failed: ${reasonOf(error)}`;
      if (trouble !== this.#seen) this.#fail(trouble);
      this.#seen = trouble;
      return;
    }
    if (digest === this.#seen) return;
    this.#seen = digest;
    // Back to what runs, after something that did not.
    if (digest !== this.#running) await this.#reload(digest);
  }

  async #reload(digest: string): Promise<void> {
    const { host, log } = this.#context;
    try {
      await host.reload();
    } catch (error) {
      this.#fail(`Corefile changed but reload failed: ${reasonOf(error)}`);
      return this.#publish(this.#running);
    }
    this.#publish(digest);
    log.info("Reloading complete");
  }

  #fail(message: string): void {
    this.#context.log.error(message);
    this.#metrics.failed.value++;
  }

  #publish(digest: string): void {
    const { versionInfo } = this.#metrics;
    versionInfo.clear();
    versionInfo.with("sha512", digest).value = 1;
  }
}

/** Milliseconds from minus to plus half of `widthMs`, so that replicas do not reload as one. */
function chance(widthMs: number): number {
  const width = Math.floor(widthMs);
  return width === 0 ? 0 : randomInt(width) - width / 2;
}
