import type { BigIntStats } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, sep } from "node:path";
import { findFiles } from "./find-files.ts";
import type { FoundFiles } from "./find-files.ts";
import type { Manifest } from "./manifest.ts";
import { manifestKey } from "./manifest.ts";
import type { PlacedManifest, ReadResult } from "./read-documents.ts";
import { readDocuments } from "./read-documents.ts";

/** A text of this many octets takes the YAML reader seconds and some hundred megabytes. */
const MAX_FILE_OCTETS = 16 * 1024 * 1024;

interface FileState {
  /** What `stat` says of this very content. */
  readonly fingerprint: string;
  readonly problems: readonly Problem[];
  /** What counts: of a file that broke, what was in it before. */
  readonly manifests: readonly PlacedManifest[];
  /** Whether these manifests were all that was in the file, without a fault. */
  readonly areGood: boolean;
}

/** Something wrong; it is the same as long as source and text are. */
export interface Problem {
  /** The file or folder that it will be over for; undefined if it is about several. */
  readonly source?: string;
  readonly text: string;
  /** What follows from it; "" if nothing does. */
  readonly consequence: string;
}

export interface ManifestSet {
  /** One for each kind, namespace and name. The same array as long as no file changes. */
  readonly manifests: readonly Manifest[];
  /** All that is wrong now. */
  readonly problems: readonly Problem[];
  /** Files and folders that were found. */
  readonly sources: ReadonlySet<string>;
  /** Where changes show. */
  readonly folders: ReadonlySet<string>;
  readonly fileCount: number;
}

/** The manifests in files and folders, read again only where a file has changed. */
export class ManifestFiles {
  readonly #paths: readonly string[];
  #states: ReadonlyMap<string, FileState> = new Map();
  #merged = mergeFiles(this.#states);

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Files with objects that are wanted, in their order. */
  filesOf(isWanted: (manifest: Manifest) => boolean): readonly string[] {
    const has = ({ manifests }: FileState): boolean =>
      manifests.some(({ manifest }) => isWanted(manifest));
    return [...this.#states].flatMap(([path, state]) => (has(state) ? [path] : []));
  }

  async read(): Promise<ManifestSet> {
    const found = await findFiles(this.#paths);
    const states = new Map<string, FileState>();
    for (const [path, stats] of found.files) {
      states.set(path, await nextState(path, stats, this.#states.get(path)));
    }
    const { all, kept } = keepHidden(states, this.#states, found);
    if (!isEqual(all, this.#states)) this.#merged = mergeFiles(all);
    this.#states = all;
    const { manifests, problems } = this.#merged;
    const { folders } = found;
    const unreadable = [...found.unreadable].map(([source, reason]): Problem => {
      const isKept = kept.some((file) => isWithin(file, source));
      const text = `Cannot read manifests "${source}": ${reason}`;
      return { source, text, consequence: isKept ? "what was there before still counts" : "" };
    });
    const sources = new Set([...found.files.keys(), ...folders]);
    return {
      manifests,
      problems: [...unreadable, ...problems],
      sources,
      folders,
      fileCount: all.size,
    };
  }
}

/**
 * Adds files of which it cannot be known if they are still there, each in front of the file
 * that came after it before: of two objects of the same name the same one counts as ever.
 */
function keepHidden(
  states: ReadonlyMap<string, FileState>,
  before: ReadonlyMap<string, FileState>,
  found: FoundFiles,
): { all: ReadonlyMap<string, FileState>; kept: readonly string[] } {
  const kept: string[] = [];
  const inFrontOf = new Map<string, [string, FileState][]>();
  let waiting: [string, FileState][] = [];
  for (const [path, state] of before) {
    if (states.has(path)) {
      inFrontOf.set(path, waiting);
      waiting = [];
    } else if (isHidden(path, found)) {
      waiting.push([path, state]);
      kept.push(path);
    }
  }
  if (kept.length === 0) return { all: states, kept };
  const ordered = [...states].flatMap(([path, state]) => [
    ...(inFrontOf.get(path) ?? []),
    [path, state] as const,
  ]);
  return { all: new Map([...ordered, ...waiting]), kept };
}

/** Whether the same states are under the same paths, in the same order. */
function isEqual(
  states: ReadonlyMap<string, FileState>,
  others: ReadonlyMap<string, FileState>,
): boolean {
  const entries = [...others];
  return (
    states.size === others.size &&
    [...states].every(([path, state], i) => entries[i]?.[0] === path && entries[i][1] === state)
  );
}

/** Whether it cannot be known if the file is still there. */
function isHidden(path: string, { unreadable }: FoundFiles): boolean {
  return [...unreadable.keys()].some((top) => isWithin(path, top));
}

function isWithin(path: string, top: string): boolean {
  return path === top || path.startsWith(top.endsWith(sep) ? top : top + sep);
}

async function nextState(
  path: string,
  stats: BigIntStats,
  last: FileState | undefined,
): Promise<FileState> {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  const fingerprint = [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  if (last?.fingerprint === fingerprint) return last;
  const { manifests, problems, hints, isFinal } = await readOneFile(path, stats);
  const areGood = problems.length === 0;
  // Of a file that was empty so far there is nothing to keep: it is new.
  const isKept = !areGood && last?.areGood === true && last.manifests.length > 0;
  const consequence = isKept ? "what was in the file before still counts" : "";
  const read = {
    fingerprint: isFinal ? fingerprint : "",
    problems: [
      ...problems.map((text) => ({ source: path, text, consequence })),
      ...hints.map((text) => ({ source: path, text, consequence: "" })),
    ],
  };
  return isKept ? { ...last, ...read } : { ...read, manifests, areGood };
}

/** Not final is what another attempt at the same file may change. */
type FileResult = ReadResult & { readonly isFinal: boolean };

async function readOneFile(path: string, stats: BigIntStats): Promise<FileResult> {
  const fail = (reason: string, isFinal = true): FileResult => {
    const problems = [`Cannot read manifest "${path}": ${reason}`];
    return { manifests: [], problems, hints: [], isFinal };
  };
  if (stats.size > MAX_FILE_OCTETS) {
    return fail(`has ${stats.size} octets, more than ${MAX_FILE_OCTETS}`);
  }
  try {
    const text = await readFile(path, "utf8");
    const { manifests, problems, hints } = await readDocuments(text, extname(path) === ".json");
    return {
      manifests,
      problems: problems.map((problem) => `Cannot read manifest "${path}", ${problem}`),
      hints: hints.map((hint) => `Left out of manifest "${path}", ${hint}`),
      isFinal: true,
    };
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), false);
  }
}

/** The last one of the same kind, namespace and name counts. */
function mergeFiles(
  states: ReadonlyMap<string, FileState>,
): Pick<ManifestSet, "manifests" | "problems"> {
  const problems: Problem[] = [];
  const merged = new Map<string, { manifest: Manifest; source: string }>();
  for (const [path, state] of states) {
    problems.push(...state.problems);
    for (const { manifest, place } of state.manifests) {
      const key = manifestKey(manifest);
      const source = `"${path}", ${place}`;
      const other = merged.get(key);
      if (other) {
        const text = `Found ${key} twice: ${source} counts, not ${other.source}`;
        problems.push({ text, consequence: "" });
      }
      merged.set(key, { manifest, source });
    }
  }
  return { manifests: [...merged.values()].map(({ manifest }) => manifest), problems };
}
