import { readFile } from "node:fs/promises";
import { Reader } from "mmdb-lib";
import type { Response } from "mmdb-lib";
import { PolledFile } from "../../files/polled-file.ts";
import type { Logger } from "../../observe/log.ts";

/** How often the file is looked at. */
const LOOK_MS = 30_000;

/** What a database knows: places, networks, or both. */
export type Schema = "city" | "asn";

/** Types of databases with names and codes of places, as CoreDNS has them, and makers' variants of them. */
const CITY_TYPES = /^(GeoLite2|GeoIP2?|DBIP)-.*(City|Country|Location|Enterprise)/;
const ASN_TYPES = /^((GeoLite2-|DBIP-).*ASN|GeoIP2-(Precision-)?ISP)/;

/** A record of the database, whatever is in it. */
export type GeoRecord = Readonly<Record<string, unknown>>;

/** A database in the MaxMind DB format, read again when it changes. What is wrong leaves the one before. */
export class GeoDatabase {
  readonly #file: PolledFile;
  readonly #log: Logger;
  #reader: Reader<Response> | undefined;
  schemas: readonly Schema[] = [];
  /** The last trouble, which is told once. */
  #trouble = "";

  constructor(path: string, log: Logger) {
    this.#log = log;
    this.#file = new PolledFile(
      path,
      LOOK_MS,
      () => this.#read(),
      (error) => this.#tell(`${this.#messageOf(error)}; the database before it stays`),
    );
  }

  /** Rejects if there is no good database. */
  async start(): Promise<void> {
    try {
      await this.#file.start();
    } catch (error) {
      this.stop();
      throw new Error(this.#messageOf(error), { cause: error });
    }
  }

  async check(): Promise<void> {
    try {
      await this.#file.look();
    } catch (error) {
      throw new Error(this.#messageOf(error), { cause: error });
    }
  }

  stop(): void {
    this.#file.stop();
  }

  /** What is known of an address; nothing where that cannot be read. */
  find(address: string): GeoRecord {
    try {
      return (this.#reader?.get(address) ?? {}) as GeoRecord;
    } catch (error) {
      this.#tell(`Cannot look up an address in "${this.#file.path}": ${(error as Error).message}`);
      return {};
    }
  }

  async #read(): Promise<void> {
    const reader = new Reader<Response>(await readFile(this.#file.path));
    const schemas = schemasOf(reader.metadata.databaseType);
    // What is broken should be seen now.
    for (const probe of ["127.0.0.1", "192.0.2.1"]) reader.get(probe);
    if (this.#reader) this.#log.info(`Successfully reloaded database ${this.#file.path}`);
    this.#reader = reader;
    this.schemas = schemas;
    this.#trouble = "";
  }

  #tell(message: string): void {
    if (message === this.#trouble) return;
    this.#trouble = message;
    this.#log.error(message);
  }

  #messageOf(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    return `Cannot read database "${this.#file.path}": ${code ?? message}`;
  }
}

function schemasOf(type: string): readonly Schema[] {
  const schemas: Schema[] = [];
  if (CITY_TYPES.test(type)) schemas.push("city");
  if (ASN_TYPES.test(type)) schemas.push("asn");
  if (schemas.length > 0) return schemas;
  throw new Error(`it is of type "${type}", which has neither cities nor autonomous systems`);
}
