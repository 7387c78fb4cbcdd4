import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { Logger } from "../../observe/log.ts";
import type { Cell } from "../../observe/metrics.ts";
import type { FileState } from "../../files/polled-file.ts";
import { PolledFile } from "../../files/polled-file.ts";
import { configPath } from "../../server/config-path.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { HostTable } from "./host-table.ts";
import { hostsMetrics } from "./metrics.ts";
import type { HostsOptions } from "./parse.ts";

/** Octets read in one go, some 100 lines; queries are answered in between. */
const SLICE_OCTETS = 4_096;

/** Reads a hosts file now and whenever it has changed, and makes tables of it. */
export class HostsFile {
  readonly #file: PolledFile;
  readonly #options: HostsOptions;
  readonly #log: Logger;
  readonly #entries: Cell;
  readonly #reloaded: Cell;
  readonly #makeTable: (octets: number) => HostTable;
  readonly #onTable: (table: HostTable) => void;
  #trouble = "";

  /** @param onTable takes each new table, the lines of the Corefile in it */
  constructor(
    options: HostsOptions,
    { settings, directive, log, metrics }: PluginContext,
    makeTable: (octets: number) => HostTable,
    onTable: (table: HostTable) => void,
  ) {
    const path = configPath(options.file, settings, directive);
    this.#file = new PolledFile(
      path,
      options.reloadMs,
      (state) => this.#read(state),
      (error) => this.#warnOnce(error),
    );
    this.#options = options;
    this.#log = log;
    this.#makeTable = makeTable;
    this.#onTable = onTable;
    const { entries, reloadTimestamp } = hostsMetrics(metrics);
    this.#entries = entries.with(path);
    this.#reloaded = reloadTimestamp.with();
  }

  async start(): Promise<void> {
    await this.#build(Buffer.alloc(0));
    // What has been read stays in force if the file goes away or cannot be read.
    await this.#file.start().catch((error: unknown) => this.#warnOnce(error));
  }

  stop(): void {
    this.#file.stop();
  }

  async #read({ mtimeMs }: FileState): Promise<void> {
    await this.#build(await readFile(this.#file.path));
    this.#reloaded.value = mtimeMs / 1_000;
    this.#trouble = "";
  }

  #warnOnce(error: unknown): void {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const message = error instanceof Error ? error.message : String(error);
    const trouble = isMissing ? `File does not exist: ${this.#file.path}` : message;
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
    this.#log.debug(`Read hosts file "${this.#file.path}": ${table.size} records`);
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
