import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { FetchedFiles, diskFiles } from "./config-files.ts";
import type { ConfigFiles } from "./config-files.ts";
import { Faults } from "./faults.ts";
import { CorefileError, reasonOf } from "./corefile-error.ts";
import type { Token } from "./directive.ts";
import { Importer } from "./importer.ts";
import { lex } from "./lexer.ts";
import { parseServerBlocks } from "./parser.ts";
import type { PluginDefinition } from "./plugin-definition.ts";
import type { ServerBlock } from "./server-block.ts";

/** A Corefile with all it imports. */
export interface Corefile {
  readonly blocks: readonly ServerBlock[];
  /** Plugins that it defines, wherever they stand; left out if there are none. */
  readonly plugins?: readonly PluginDefinition[];
  /** Every file that was read, the Corefile first, each once. */
  readonly files: readonly string[];
  /** SHA-512 in hexadecimal over names and contents of these files. */
  readonly digest: string;
}

/** What is to be known of a Corefile beside what it says. */
export interface Reading {
  /** Takes what is wrong; without it, that is thrown. */
  readonly faults?: Faults | undefined;
  /** Takes the text of every file that was read, by its name. */
  readonly texts?: Map<string, string>;
  /** Variables of another machine; those of the process by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface ParseOptions extends Partial<ConfigFiles> {
  /** For `{$NAME}` and `{%NAME%}`; those of the process by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Takes what is wrong; without it, that is thrown. */
  readonly faults?: Faults | undefined;
  /** Takes plugins that are defined; without it, those are errors. */
  readonly plugins?: PluginDefinition[];
}

/**
 * Reads the text of a Corefile, in the grammar of CoreDNS 1.15.
 * @param file its path, for messages and as the place that relative imports start from
 * @throws {CorefileError} and nothing else, whatever the text; {@link faultsOf} it are all that is wrong.
 */
export function parseCorefile(
  text: string,
  file: string,
  options: ParseOptions = {},
): ServerBlock[] {
  const env = options.env ?? process.env;
  const faults = options.faults ?? new Faults();
  const importer = new Importer({ ...diskFiles, ...options }, env);
  const tokens = faults.try(() => lex(text, file, env)) ?? [];
  const plugins = options.plugins ?? [];
  const blocks = parseServerBlocks(tokens, { file, importer, faults, plugins });
  if (!options.plugins) for (const { name } of plugins) faults.add(notHere(name));
  if (!options.faults) faults.throwIfAny();
  return blocks;
}

function notHere(name: Token): CorefileError {
  return new CorefileError(name, `Cannot define plugin "${name.text}" here`);
}

/**
 * Reads a Corefile and what it imports from disk.
 * @throws {CorefileError} also if a file cannot be read.
 */
export function readCorefile(path: string, reading: Reading = {}): Corefile {
  // The file itself may be what an import may not: a pipe, say.
  return readWith(path, () => readFileSync(path, "utf8"), diskFiles, reading);
}

/**
 * The same of a text that has been read already: of a pipe, which can be read once.
 * @param path what imports are relative to
 * @throws {CorefileError}
 */
export function readCorefileText(
  path: string,
  text: string,
  files: ConfigFiles = diskFiles,
  reading: Reading = {},
): Corefile {
  return readWith(path, () => text, files, reading);
}

/**
 * The same while queries are answered: a file system that hangs keeps this waiting, and nothing else.
 * @throws {CorefileError}
 */
export async function readCorefileAside(path: string): Promise<Corefile> {
  const fetched = new FetchedFiles();
  for (;;) {
    const read = attempt(() => readWith(path, () => fetched.main(path), fetched.files));
    // What was made of things that are not there yet is worth nothing.
    if (!(await fetched.fetch())) return read();
  }
}

function attempt<T>(action: () => T): () => T {
  try {
    const value = action();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function readWith(
  path: string,
  main: () => string,
  files: ConfigFiles,
  { faults, texts: contents = new Map<string, string>(), env }: Reading = {},
): Corefile {
  const readFile = (file: string): string => {
    const text = files.readFile(file);
    contents.set(file, text);
    return text;
  };
  const text = readMain(path, main);
  contents.set(path, text);
  const plugins: PluginDefinition[] = [];
  const variables = env ? { env } : {};
  const options = { readFile, glob: files.glob, faults, plugins, ...variables };
  const blocks = parseCorefile(text, path, options);
  return { blocks, plugins, files: [...contents.keys()], digest: digestOf(contents) };
}

function readMain(path: string, main: () => string): string {
  try {
    return main();
  } catch (cause) {
    throw new CorefileError({ file: path, line: 1 }, `Cannot read: ${reasonOf(cause)}`);
  }
}

function digestOf(contents: ReadonlyMap<string, string>): string {
  const hash = createHash("sha512");
  // The length keeps text from being taken for the name of the next file.
  for (const [file, text] of contents) hash.update(`${file}\0${text.length}\0`).update(text);
  return hash.digest("hex");
}
