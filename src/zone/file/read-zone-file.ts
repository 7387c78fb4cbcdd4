import type { FileHandle } from "node:fs/promises";
import { open, realpath } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { setImmediate } from "node:timers/promises";
import { RrClass, formatRrClass } from "../../dns/iana/rr-class.ts";
import type { Name } from "../../dns/name.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Entry } from "../../dns/tokenizer.ts";
import { TokenError, tokenize } from "../../dns/tokenizer.ts";
import { checkZone } from "../check-zone.ts";
import { ZoneData } from "../zone-data.ts";
import { EntryCutter } from "./entry-cutter.ts";
import { EntryInterpreter } from "./entry-interpreter.ts";
import { ZoneFileError } from "./zone-file-error.ts";

/** Octets between two looks at what else there is to do: some 400 records, about a millisecond. */
const SLICE_OCTETS = 16_384;
/** The same for records that are made or looked through. */
const SLICE_RECORDS = 500;
const MAX_INCLUDE_DEPTH = 8;
/** Of a zone no more are told; the rest is counted. */
const MAX_WARNINGS = 100;

/** A zone as its file has it. */
export interface ReadZone {
  readonly data: ZoneData;
  /** What is odd and yet served; sentences. */
  readonly warnings: readonly string[];
}

/**
 * Reads a zone from a master file (RFC 1035 §5), in slices, so that nobody waits for it. What it includes has to be in the folder of the
 * file, or below.
 * @param origin of the zone, to which relative names belong until `$ORIGIN` says otherwise
 * @throws {ZoneFileError} if what is in it is no record, with file, line and column
 * @throws {Error} if a file cannot be read, or the records make no zone
 */
export async function readZoneFile(path: string, origin: Name): Promise<ReadZone> {
  const reader = new ZoneFileReader(origin, dirname(await realpath(path)));
  await reader.read(path, new EntryInterpreter(origin), 0);
  await reader.check(path);
  return reader;
}

class ZoneFileReader implements ReadZone {
  readonly data: ZoneData;
  readonly warnings: string[] = [];
  readonly #root: string;
  #moreWarnings = 0;

  constructor(origin: Name, root: string) {
    this.data = new ZoneData(origin);
    this.#root = root;
  }

  async read(path: string, interpreter: EntryInterpreter, depth: number): Promise<void> {
    const file = await open(path);
    try {
      const cutter = new EntryCutter();
      for await (const text of slicesOf(file))
        await this.#take(cutter.push(text), path, interpreter, depth);
      await this.#take(cutter.end(), path, interpreter, depth);
    } finally {
      await file.close();
    }
  }

  /** Looks whether it is a zone, once all has been read. */
  async check(path: string): Promise<void> {
    let count = 0;
    for (const fault of checkZone(this.data, this.data.freeze())) {
      if (++count % SLICE_RECORDS === 0) await setImmediate();
      if (!fault) continue;
      const message = `${fault.owner.toString()}: ${fault.message}`;
      if (fault.level === "error") throw new SyntaxError(`${path}: ${message}`);
      this.#warn(message);
    }
    if (this.#moreWarnings > 0) this.warnings.push(`${this.#moreWarnings} more warnings`);
  }

  async #take(
    entries: Generator<Entry, void>,
    path: string,
    interpreter: EntryInterpreter,
    depth: number,
  ): Promise<void> {
    try {
      for (const entry of entries) {
        const interpreted = interpreter.read(entry);
        if (interpreted instanceof ResourceRecord) this.#add(interpreted);
        else if (interpreted && "include" in interpreted) {
          await this.#include(interpreted.include, interpreted.origin, path, interpreter, depth);
        } else if (interpreted) await this.#generate(interpreted.generated, interpreter);
      }
    } catch (error) {
      if (
        error instanceof ZoneFileError ||
        !(error instanceof SyntaxError || error instanceof RangeError)
      )
        throw error;
      throw new ZoneFileError(path, error instanceof TokenError ? error : interpreter.place, error);
    }
  }

  async #include(
    written: string,
    origin: Name | undefined,
    from: string,
    interpreter: EntryInterpreter,
    depth: number,
  ): Promise<void> {
    // A circle is one that has no end.
    if (depth === MAX_INCLUDE_DEPTH)
      throw new SyntaxError(
        `Cannot include "${written}": over ${MAX_INCLUDE_DEPTH} files in one another`,
      );
    const path = resolve(dirname(from), written);
    const real = await realpath(path).catch((cause: NodeJS.ErrnoException) => {
      throw new SyntaxError(`Cannot include "${written}": ${cause.code ?? cause.message}`, {
        cause,
      });
    });
    if (!real.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep)) {
      throw new SyntaxError(
        `Cannot include "${written}": it is outside of the folder of the zone's file`,
      );
    }
    const { origin: before, owner } = interpreter;
    interpreter.origin = origin;
    await this.read(real, interpreter, depth + 1);
    // The file that includes goes on where it was (RFC 1035 §5.1).
    interpreter.origin = before;
    interpreter.owner = owner;
  }

  async #generate(texts: Iterable<string>, interpreter: EntryInterpreter): Promise<void> {
    const { line } = interpreter.place;
    let count = 0;
    for (const text of texts) {
      for (const entry of tokenize(text, line)) {
        const record = interpreter.read(entry);
        if (!(record instanceof ResourceRecord))
          throw new SyntaxError("Cannot read zone: $GENERATE makes no record");
        this.#add(record);
      }
      if (++count % SLICE_RECORDS === 0) await setImmediate();
    }
  }

  #add(record: ResourceRecord): void {
    if (record.class !== RrClass.IN) {
      throw new SyntaxError(
        `Cannot read zone: a record of class ${formatRrClass(record.class)}, where all are IN`,
      );
    }
    const owner = record.owner.toString();
    if (!record.owner.isWithin(this.data.origin)) {
      this.#warn(`"${owner}" is not within the zone: left out`);
    } else if (this.data.add(record) === "other TTL") {
      this.#warn(`"${owner}" has an RRset with several TTLs: the first counts`);
    }
  }

  #warn(message: string): void {
    if (this.warnings.length < MAX_WARNINGS) this.warnings.push(message);
    else this.#moreWarnings++;
  }
}

async function* slicesOf(file: FileHandle): AsyncGenerator<string, void> {
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.allocUnsafe(SLICE_OCTETS);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, SLICE_OCTETS, null);
    if (bytesRead === 0) return;
    yield decoder.write(buffer.subarray(0, bytesRead));
  }
}
