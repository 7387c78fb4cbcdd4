import type { FileHandle } from "node:fs/promises";
import { open, realpath } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { setImmediate } from "node:timers/promises";
import type { Name } from "../../dns/name.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Entry } from "../../dns/tokenizer.ts";
import { TokenError, tokenize } from "../../dns/tokenizer.ts";
import { EntryCutter } from "./entry-cutter.ts";
import { Turn } from "../turn.ts";
import type { EntryInterpreter } from "./entry-interpreter.ts";
import { ZoneFileError } from "./zone-file-error.ts";

/** Octets that are read at once: a read costs a turn of another thread. */
const BLOCK_OCTETS = 262_144;
/** Octets between two looks at the clock: some 20 records. */
const SLICE_OCTETS = 1024;
/** Records between two looks at what else there is to do. */
export const SLICE_RECORDS = 500;
const MAX_INCLUDE_DEPTH = 8;

/**
 * Is told of each record in turn.
 * @param entry where it stands
 * @throws {SyntaxError | RangeError} which gets file, line and column
 */
export type TakeRecord = (record: ResourceRecord, entry: Entry, path: string) => void;

/** Goes through a master file (RFC 1035 §5) and all that it includes, in slices, so that nobody waits for it. */
export class ZoneFileWalk {
  readonly #path: string;
  readonly #octets: number | undefined;
  readonly #take: TakeRecord;

  /**
   * @param path nothing that is included may be outside of its folder
   * @param octets that it has, if that is known: they are read at once where they are few
   */
  constructor(path: string, octets: number | undefined, take: TakeRecord) {
    this.#path = path;
    this.#octets = octets;
    this.#take = take;
  }

  /** @throws {ZoneFileError} if what is in it is no record */
  async read(interpreter: EntryInterpreter): Promise<void> {
    await this.#readOne(this.#path, interpreter, 0, this.#octets);
  }

  async #readOne(
    path: string,
    interpreter: EntryInterpreter,
    depth: number,
    octets?: number,
  ): Promise<void> {
    const file = await open(path);
    try {
      const cutter = new EntryCutter();
      for await (const text of slicesOf(file, octets))
        await this.#takeAll(cutter.push(text), path, interpreter, depth);
      await this.#takeAll(cutter.end(), path, interpreter, depth);
    } finally {
      await file.close();
    }
  }

  async #takeAll(
    entries: Generator<Entry, void>,
    path: string,
    interpreter: EntryInterpreter,
    depth: number,
  ): Promise<void> {
    try {
      for (const entry of entries) {
        const interpreted = interpreter.read(entry);
        if (interpreted instanceof ResourceRecord) this.#take(interpreted, entry, path);
        else if (interpreted && "include" in interpreted) {
          await this.#include(interpreted.include, interpreted.origin, path, interpreter, depth);
        } else if (interpreted) await this.#generate(interpreted.generated, interpreter, path);
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
    const root = dirname(await realpath(this.#path));
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new SyntaxError(
        `Cannot include "${written}": it is outside of the folder of the zone's file`,
      );
    }
    const { origin: before, owner } = interpreter;
    interpreter.origin = origin;
    await this.#readOne(real, interpreter, depth + 1);
    // The file that includes goes on where it was (RFC 1035 §5.1).
    interpreter.origin = before;
    interpreter.owner = owner;
  }

  async #generate(
    texts: Iterable<string>,
    interpreter: EntryInterpreter,
    path: string,
  ): Promise<void> {
    const { line } = interpreter.place;
    let count = 0;
    for (const text of texts) {
      for (const entry of tokenize(text, line)) {
        const record = interpreter.read(entry);
        if (!(record instanceof ResourceRecord))
          throw new SyntaxError("Cannot read zone: $GENERATE makes no record");
        this.#take(record, entry, path);
      }
      if (++count % SLICE_RECORDS === 0) await setImmediate();
    }
  }
}

/** @param known octets of the file, if that is known: who has asked for one more and not got it has seen the end */
async function* slicesOf(file: FileHandle, known = Infinity): AsyncGenerator<string, void> {
  const decoder = new StringDecoder("utf8");
  let block = Buffer.allocUnsafe(Math.min(BLOCK_OCTETS, known + 1));
  const turn = new Turn();
  let read = 0;
  for (;;) {
    const { bytesRead } = await file.read(block, 0, block.length, null);
    if (bytesRead === 0) return;
    for (let start = 0; start < bytesRead; start += SLICE_OCTETS) {
      yield decoder.write(block.subarray(start, Math.min(start + SLICE_OCTETS, bytesRead)));
      if (turn.isOver) await turn.next();
    }
    read += bytesRead;
    if (read === known && bytesRead < block.length) return;
    // It has grown meanwhile.
    if (read > known && block.length < BLOCK_OCTETS) block = Buffer.allocUnsafe(BLOCK_OCTETS);
  }
}
