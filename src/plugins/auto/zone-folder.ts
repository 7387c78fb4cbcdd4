import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Name } from "../../dns/name.ts";
import { guard } from "../../observe/faults.ts";
import type { Logger } from "../../observe/log.ts";
import { FollowedZoneFile } from "../../zone/file/followed-zone-file.ts";
import { Turn } from "../../zone/turn.ts";
import { Zone } from "../../zone/zone.ts";
import type { ZoneSet } from "../../zone/zone-set.ts";
import type { OriginOf } from "./origin.ts";

/** Files that are read side by side: each takes a thread of Node's pool, of which there are four. */
const AT_ONCE = 2;
const MAX_DEPTH = 16;

interface Found {
  readonly zone: Zone;
  readonly path: string;
  readonly file: FollowedZoneFile;
}

/** A file, and the origin that its name says. */
interface ZoneFile {
  readonly path: string;
  readonly origin: Name;
}

export interface ZoneFolderOptions {
  readonly directory: string;
  readonly originOf: OriginOf;
  /** 0 to look but once. */
  readonly reloadMs: number;
}

/** Keeps a set of zones as the files of a folder and those below it have them: zones come and go with their files. */
export class ZoneFolder {
  readonly #options: ZoneFolderOptions;
  readonly #zones: ZoneSet;
  readonly #log: Logger;
  /** By the keys of their origins. */
  readonly #found = new Map<string, Found>();
  /** Of the last look, by the paths of the files: patterns cost more than looking. */
  #origins: ReadonlyMap<string, Name> = new Map();
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: ZoneFolderOptions, zones: ZoneSet, log: Logger) {
    this.#options = options;
    this.#zones = zones;
    this.#log = log;
  }

  /** Resolves when all files have been read once; none is an error, however wrong it is. */
  async start(): Promise<void> {
    await this.#look();
    this.#lookLater();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    const { reloadMs, directory } = this.#options;
    if (this.#isStopped || reloadMs === 0) return;
    const look = guard(`look at folder "${directory}"`, async () => {
      try {
        await this.#look();
      } finally {
        this.#lookLater();
      }
    });
    this.#timer = setTimeout(look, reloadMs).unref();
  }

  async #look(): Promise<void> {
    const files = await this.#files();
    // What cannot be looked at says nothing of its zones: they stay.
    if (!files) return;
    for (const [key, { zone, path }] of this.#found)
      if (files.get(key)?.path !== path) this.#remove(key, zone);
    for (const [key, file] of files) if (!this.#found.has(key)) this.#add(file);
    const found = [...this.#found.values()].values();
    const one = async (): Promise<void> => {
      for (const { file, zone } of found) {
        if (this.#isStopped) return;
        await file.look();
        // Before its first good version there is no such zone.
        if (zone.data && !this.#zones.get(zone.origin)) this.#zones.add(zone);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  #add({ path, origin }: ZoneFile): void {
    const zone = new Zone(origin);
    const file = new FollowedZoneFile(zone, { path, reloadMs: 0, byMtime: false }, this.#log);
    this.#found.set(origin.key, { zone, path, file });
  }

  #remove(key: string, zone: Zone): void {
    this.#found.delete(key);
    this.#zones.delete(zone.origin);
    zone.withdraw();
    this.#log.info(`Zone "${zone.origin.toString()}" is gone: its file is not there any more`);
  }

  /** The files of zones, by the keys of their origins; undefined if the folder cannot be read. */
  async #files(): Promise<Map<string, ZoneFile> | undefined> {
    const files = new Map<string, ZoneFile>();
    const origins = new Map<string, Name>();
    const turn = new Turn();
    try {
      for await (const path of filesBelow(this.#options.directory)) {
        if (turn.isOver) await turn.next();
        const known = this.#origins.get(path);
        const origin = known ?? this.#options.originOf(fileNameOf(path));
        if (!origin) continue;
        origins.set(path, origin);
        const other = files.get(origin.key);
        if (other === undefined) files.set(origin.key, { path, origin });
        else
          this.#tell(
            `Zone "${origin.toString()}" has several files: "${other.path}" is taken, "${path}" is not`,
          );
      }
    } catch (error) {
      this.#tell(`Cannot read folder "${this.#options.directory}": ${(error as Error).message}`);
      return undefined;
    }
    this.#origins = origins;
    return files;
  }

  #tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#log.warn(message);
  }
}

function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** In the order of their names. Links are followed, as a ConfigMap's files are some; not in circles. */
async function* filesBelow(folder: string, depth = 0): AsyncGenerator<string, void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    // What kubelet keeps the versions of a ConfigMap in: its files have links to them beside.
    if (entry.name.startsWith("..")) continue;
    const path = join(folder, entry.name);
    const kind = await kindOf(entry, path);
    if (kind === "file") yield path;
    else if (kind === "folder" && depth < MAX_DEPTH) yield* filesBelow(path, depth + 1);
  }
}

async function kindOf(entry: Dirent, path: string): Promise<"file" | "folder" | "other"> {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (!entry.isSymbolicLink()) return "other";
  // A link to a folder is another name of what is found there by its own: as CoreDNS does, it is not gone into.
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() === true ? "file" : "other";
}
