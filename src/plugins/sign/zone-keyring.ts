import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../../corefile/corefile-error.ts";
import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";
import { configPath } from "../../server/config-path.ts";
import type { BlockSettings } from "../../server/contract/plugin.ts";
import type { SigningKey } from "../../zone/dnssec/signing-key.ts";
import { keyFilesOf, readSigningKey } from "../../zone/dnssec/signing-key.ts";
import { fileNameOf } from "./signed-file.ts";
import type { KeySource, SignEntry } from "./parse.ts";

/** The keys of the zones of one directive, as their files have them. */
export class ZoneKeyring {
  readonly #entry: SignEntry;
  readonly #origins: readonly Name[];
  readonly #settings: Pick<BlockSettings, "root">;
  #keys: readonly SigningKey[] = [];
  /** Of the files that they were read from. */
  #state: string | undefined;

  constructor(entry: SignEntry, origins: readonly Name[], settings: Pick<BlockSettings, "root">) {
    this.#entry = entry;
    this.#origins = origins;
    this.#settings = settings;
  }

  keysOf(origin: Name): readonly SigningKey[] {
    return this.#keys.filter(({ owner }) => owner.equals(origin));
  }

  /**
   * Reads the files, if they have changed. What cannot be read changes nothing.
   * @throws {CorefileError} if a key is missing, wrong, or of another zone, or a zone has none
   */
  async read(): Promise<void> {
    const found = await this.#find();
    const state = await stateOf(found.map(({ path }) => path));
    if (state === this.#state) return;
    const keys: SigningKey[] = [];
    for (const { path, at } of found) {
      const key = await this.#readKey(path, at);
      // One that is named twice would sign twice.
      if (!keys.some(({ rdata }) => rdata.equals(key.rdata))) keys.push(key);
    }
    for (const origin of this.#origins) this.#demandKey(origin, keys);
    this.#keys = keys;
    this.#state = state;
  }

  /** The file of each public key. */
  async #find(): Promise<{ readonly path: string; readonly at: Token }[]> {
    const found = [];
    for (const source of this.#entry.keys)
      for (const path of await this.#pathsOf(source)) found.push({ path, at: source.at });
    return found;
  }

  async #pathsOf({ kind, at }: KeySource): Promise<string[]> {
    if (kind === "file") return [configPath(keyFilesOf(at.text).public, this.#settings, at)];
    const folder = configPath(at.text, this.#settings, at);
    const prefixes = this.#origins.map((origin) => `K${fileNameOf(origin)}+`);
    try {
      const names = await readdir(folder);
      return names
        .filter((name) => name.endsWith(".key"))
        .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
        .sort()
        .map((name) => join(folder, name));
    } catch (cause) {
      throw tokenError(at, `cannot read "${at.text}": ${reasonOf(cause)}`);
    }
  }

  async #readKey(path: string, at: Token): Promise<SigningKey> {
    let key;
    try {
      key = await readSigningKey(path);
    } catch (cause) {
      throw tokenError(at, `cannot use key "${path}": ${reasonOf(cause)}`);
    }
    const { owner, tag } = key;
    if (this.#origins.some((origin) => origin.equals(owner))) return key;
    throw tokenError(
      at,
      `cannot use key "${path}": it is of zone "${owner.toString()}" (key tag ${tag}), and that is none of these zones`,
    );
  }

  #demandKey(origin: Name, keys: readonly SigningKey[]): void {
    if (keys.some(({ owner, isSep }) => isSep && owner.equals(origin))) return;
    throw this.#entry.directive.error(
      `zone "${origin.toString()}" has no key for keys: make one with "dnssec-keygen -f KSK"`,
    );
  }
}

/** Changes with any of the files. */
async function stateOf(paths: readonly string[]): Promise<string> {
  const states = [];
  for (const path of paths) {
    const files = keyFilesOf(path);
    for (const file of [files.public, files.private]) {
      const stats = await stat(file).catch(() => undefined);
      states.push(`${file} ${stats?.mtimeMs} ${stats?.size} ${stats?.ino}`);
    }
  }
  return states.join("\n");
}
