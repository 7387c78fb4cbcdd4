import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { reasonOf } from "../../corefile/corefile-error.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Logger } from "../../observe/log.ts";
import { signZone } from "../../zone/dnssec/sign-zone.ts";
import type { SigningKey } from "../../zone/dnssec/signing-key.ts";
import type { ReadZone } from "../../zone/file/read-zone-file.ts";
import { readZoneFile } from "../../zone/file/read-zone-file.ts";
import { writeZoneFile } from "../../zone/file/write-zone-file.ts";
import { isLaterSerial } from "../../zone/serial.ts";
import { newTimes, reasonOfTimes } from "./signature-times.ts";
import type { SignedHead } from "./signed-file.ts";
import { hasKeys, readSignedHead } from "./signed-file.ts";

/** Of one file at most so many warnings are said. */
const MAX_WARNINGS = 10;

export interface ZoneToSign {
  readonly origin: Name;
  /** The zone's file. */
  readonly source: string;
  /** The file that is written. */
  readonly signed: string;
}

/** Why a zone is to be signed, and what there is of it. */
interface Occasion {
  readonly reason: string;
  /** Whether it must be, be the source wrong: else its signatures would expire. */
  readonly isDue: boolean;
  readonly head: SignedHead | undefined;
}

/** Keeps the signed file of a zone as the zone's file and keys have it, with signatures that hold good. */
export class ZoneSigner {
  readonly #zone: ZoneToSign;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  /** Of the source, when it was signed last. */
  #signedState = "";
  #lastSerial = 0;
  #trouble = "";

  /** @param signal ends what is under way; nothing of it is left */
  constructor(zone: ZoneToSign, log: Logger, signal: AbortSignal) {
    this.#zone = zone;
    this.#log = log;
    this.#signal = signal;
  }

  /** Signs the zone if there is a reason. What fails is told in the log, once, and the signed file stays as it is. */
  async look(keys: readonly SigningKey[]): Promise<void> {
    try {
      const state = await this.#sourceState();
      const occasion = await this.#occasion(keys, state);
      if (!occasion) return;
      const isOfSource = await this.#sign(keys, occasion);
      if (!isOfSource) return;
      this.#signedState = state.text;
      this.#trouble = "";
    } catch (error) {
      if (!this.#signal.aborted) this.#tell(reasonOf(error));
    }
  }

  async #sourceState(): Promise<{ readonly text: string; readonly mtimeMs: number }> {
    const stats = await stat(this.#zone.source).catch(() => undefined);
    if (!stats) return { text: "absent", mtimeMs: 0 };
    return { text: `${stats.mtimeMs} ${stats.size} ${stats.ino}`, mtimeMs: stats.mtimeMs };
  }

  async #occasion(
    keys: readonly SigningKey[],
    { text, mtimeMs }: { readonly text: string; readonly mtimeMs: number },
  ): Promise<Occasion | undefined> {
    let head: SignedHead;
    try {
      head = await readSignedHead(this.#zone.signed);
    } catch (error) {
      return {
        reason: `there is no signed file (${reasonOf(error)})`,
        isDue: false,
        head: undefined,
      };
    }
    const due = hasKeys(head, keys)
      ? reasonOfTimes(head, nowSeconds())
      : "it was signed with other keys";
    if (due !== undefined) return { reason: due, isDue: true, head };
    if (this.#signedState === "" && mtimeMs <= head.madeAtMs) {
      this.#log.info(
        `Zone "${this.#zone.origin.toString()}" is signed in file "${this.#zone.signed}": serial ${head.serial}`,
      );
      this.#signedState = text;
    }
    if (this.#signedState === text) return undefined;
    return { reason: "its file has changed", isDue: false, head };
  }

  /** @returns whether what was signed is what the source has */
  async #sign(keys: readonly SigningKey[], { reason, isDue, head }: Occasion): Promise<boolean> {
    const { origin, source, signed } = this.#zone;
    const at = new Date();
    const read = await this.#read(isDue && head !== undefined);
    const serial = this.#serialAfter(head?.serial ?? this.#lastSerial);
    const times = newTimes(nowSeconds());
    const records = await writeZoneFile({
      path: signed,
      comment: `Zone "${origin.toString()}" from file "${basename(source)}", signed by Portolan`,
      slices: this.#whileWanted(signZone(read.data, { keys, serial, ...times })),
      at,
    });
    this.#lastSerial = serial;
    const tags = keys.map(({ tag }) => tag).join(", ");
    const until = new Date(times.expiration * 1000).toISOString();
    this.#log.info(
      `Signed zone "${origin.toString()}" in file "${signed}", because ${reason}: serial ${serial}, ${records} records, key tags ${tags}, until ${until}`,
    );
    return read.isOfSource;
  }

  /** @param mayBeSigned whether the signed file will do where the source is wrong */
  async #read(mayBeSigned: boolean): Promise<ReadZone & { readonly isOfSource: boolean }> {
    const { origin, source, signed } = this.#zone;
    try {
      const { data, warnings } = await readZoneFile(source, origin);
      for (const warning of warnings.slice(0, MAX_WARNINGS))
        this.#log.warn(`Zone "${origin.toString()}", file "${source}": ${warning}`);
      return { data, warnings, isOfSource: true };
    } catch (error) {
      if (!mayBeSigned) throw error;
      this.#tell(`${reasonOf(error)}; what was signed last is signed again`);
      return { ...(await readZoneFile(signed, origin)), isOfSource: false };
    }
  }

  /** The time, as CoreDNS has it, or one more than the last one, if the clock has not gone on since. */
  #serialAfter(last: number): number {
    const now = nowSeconds() >>> 0;
    return last === 0 || isLaterSerial(now, last) ? now : (last + 1) >>> 0;
  }

  async *#whileWanted(
    slices: AsyncIterable<readonly ResourceRecord[]>,
  ): AsyncGenerator<readonly ResourceRecord[], void> {
    for await (const slice of slices) {
      this.#signal.throwIfAborted();
      yield slice;
    }
  }

  #tell(message: string): void {
    if (message === this.#trouble) return;
    this.#trouble = message;
    this.#log.error(`Cannot sign zone "${this.#zone.origin.toString()}": ${message}`);
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
