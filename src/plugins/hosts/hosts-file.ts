import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { Logger } from "../../observe/log.ts";
import type { Cell } from "../../observe/metrics.ts";
import { guard } from "../../observe/faults.ts";
import { configPath } from "../../server/config-path.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { HostTable } from "./host-table.ts";
import { hostsMetrics } from "./metrics.ts";
import type { HostsOptions } from "./parse.ts";

/** Octets read in one go, some 100 lines; queries are answered in between. */
const SLICE_OCTETS = 4_096;

/** Reads a hosts file now and whenever it has changed, and makes tables of it. */
export class HostsFile {
  readonly #path: string;
  readonly #options: HostsOptions;
  readonly #log: Logger;
  readonly #entries: Cell;
  readonly #reloaded: Cell;
  readonly #makeTable: (octets: number) => HostTable;
  readonly #onTable: (table: HostTable) => void;
  #read: { mtimeMs: number; size: number } = { mtimeMs: -1, size: -1 };
  #trouble = "";
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param onTable takes each new table, the lines of the Corefile in it */
  constructor(
    options: HostsOptions,
    { settings, directive, log, metrics }: PluginContext,
    makeTable: (octets: number) => HostTable,
    onTable: (table: HostTable) => void,
  ) {
    this.#path = configPath(options.file, settings, directive);
    this.#options = options;
    this.#log = log;
    this.#makeTable = makeTable;
    this.#onTable = onTable;
    const { entries, reloadTimestamp } = hostsMetrics(metrics);
    this.#entries = entries.with(this.#path);
    this.#reloaded = reloadTimestamp.with();
  }

  async start(): Promise<void> {
    await this.#build(Buffer.alloc(0));
    await this.#refresh();
    this.#refreshLater();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #refreshLater(): void {
    if (this.#isStopped || this.#options.reloadMs === 0) return;
    const refresh = guard("look at a hosts file", async () => {
      try {
        await this.#refresh();
      } finally {
        this.#refreshLater();
      }
    });
    this.#timer = setTimeout(refresh, this.#options.reloadMs).unref();
  }

  /** What has been read stays in force if the file goes away or cannot be read. */
  async #refresh(): Promise<void> {
    try {
      const { mtimeMs, size } = this.#expectFile(await stat(this.#path));
      if (mtimeMs === this.#read.mtimeMs && size === this.#read.size) return;
      await this.#build(await readFile(this.#path));
      this.#read = { mtimeMs, size };
      this.#reloaded.value = mtimeMs / 1_000;
      this.#trouble = "";
    } catch (error) {
      this.#warnOnce(error);
    }
  }

  #expectFile(stats: Stats): Stats {
    if (stats.isDirectory()) throw new Error(`Hosts file "${this.#path}" is a directory`);
    return stats;
  }

  #warnOnce(error: unknown): void {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const message = error instanceof Error ? error.message : String(error);
    const trouble = isMissing ? `File does not exist: ${this.#path}` : message;
    if (trouble !== this.#trouble) this.#log.warn(trouble);
    this.#trouble = trouble;
  }

  async #build(text: Buffer): Promise<void> {
    const table = this.#makeTable(text.length);
    for (const slice of slices(text)) {
      for (const line of slice.toString().split("\n")) table.add(line);
      await setImmediate();
    }
    for (const line of this.#options.inline) table.add(line);
    this.#entries.value = table.size;
    this.#onTable(table);
    this.#log.debug(`Read hosts file "${this.#path}": ${table.size} records`);
  }
}

/** Pieces that end where a line does. */
function* slices(text: Buffer): Generator<Buffer> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start + SLICE_OCTETS);
    yield text.subarray(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
  }
}
