import { PolledFile } from "../../files/polled-file.ts";
import type { Logger } from "../../observe/log.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import type { Zone } from "../zone.ts";
import type { ZoneData } from "../zone-data.ts";
import { changeBetween } from "../zone-difference.ts";
import { readZoneFile } from "./read-zone-file.ts";

/** Of one file at most so many warnings are said: the rest is counted. */
const MAX_WARNINGS = 10;
/** Whoever makes it, as *sign*, is about to. */
const WHILE_ABSENT_MS = 1000;

export interface ZoneFileOptions {
  readonly path: string;
  /** Between looks at the file; 0 for never again. */
  readonly reloadMs: number;
  /** Whether another time or size of the file is enough, be its serial number the same. */
  readonly byMtime: boolean;
}

/** Keeps a zone as its file has it. What cannot be read changes nothing: the last good version stays. */
export class FollowedZoneFile {
  readonly #zone: Zone;
  readonly #options: ZoneFileOptions;
  readonly #log: Logger;
  readonly #file: PolledFile;
  #trouble = "";

  constructor(zone: Zone, options: ZoneFileOptions, log: Logger) {
    this.#zone = zone;
    this.#options = options;
    this.#log = log;
    this.#file = new PolledFile(
      options.path,
      options.reloadMs,
      ({ size }) => this.#read(size),
      (error) => this.#warnOnce(error),
      WHILE_ABSENT_MS,
    );
  }

  /** @throws {Error} if the file is there and is no zone, or is not there and never looked for again */
  async start(): Promise<void> {
    try {
      await this.#file.start();
    } catch (error) {
      if (this.#options.reloadMs === 0 || !isAbsent(error)) throw error;
      this.#warnOnce(error);
    }
  }

  stop(): void {
    this.#file.stop();
  }

  /** Looks at the file once, now. What is wrong is told in the log, once. */
  async look(): Promise<void> {
    await this.#file.look().catch((error: unknown) => this.#warnOnce(error));
  }

  async #read(octets: number): Promise<void> {
    const { path, byMtime } = this.#options;
    const origin = this.#zone.origin;
    const { data, warnings } = await readZoneFile(path, origin, octets);
    const serial = serialOf(data);
    const name = origin.toString();
    const before = this.#zone.serial;
    if (before === serial && !byMtime) {
      this.#log.warn(
        `Zone "${name}" is not read again: its file "${path}" has changed, its serial number ${serial} has not`,
      );
      return;
    }
    for (const warning of warnings.slice(0, MAX_WARNINGS))
      this.#log.warn(`Zone "${name}", file "${path}": ${warning}`);
    const more = warnings.length - MAX_WARNINGS;
    if (more > 0) this.#log.warn(`Zone "${name}", file "${path}": ${more} more warnings`);
    const change = await this.#changeTo(data, serial);
    await this.#zone.endReplies();
    this.#zone.replace(data, change);
    this.#trouble = "";
    const read = before === undefined ? "Read" : "Read again";
    this.#log.info(
      `${read} zone "${name}" from file "${path}": serial ${serial}, ${data.records} records`,
    );
  }

  async #changeTo(
    data: ZoneData,
    serial: number,
  ): Promise<Awaited<ReturnType<typeof changeBetween>>> {
    const { data: old, serial: oldSerial } = this.#zone;
    if (!old || oldSerial === undefined || oldSerial === serial) return undefined;
    return changeBetween({ data: old, serial: oldSerial }, { data, serial });
  }

  #warnOnce(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const trouble = `Cannot read zone "${this.#zone.origin.toString()}": ${message}`;
    if (trouble !== this.#trouble) this.#log.error(trouble);
    this.#trouble = trouble;
  }
}

function serialOf(data: ZoneData): number {
  const [rdata] = data.apex.rrset(RrType.SOA)?.rdata ?? [];
  return (rdata && SOA.decode(rdata)?.serial) ?? 0;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
