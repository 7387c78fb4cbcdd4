import { stat } from "node:fs/promises";
import type { Logger } from "../../observe/log.ts";
import type { ClusterSink, ClusterSource, Selection } from "../cluster-source.ts";
import { kindsOf } from "../cluster-source.ts";
import type { RawRead, RawWanted } from "../raw-objects.ts";
import { machineAddress } from "./api-server-objects.ts";
import { ClusterDiff } from "./cluster-diff.ts";
import { ServiceCidrs } from "./cluster-ips.ts";
import { ClusterCompleter } from "./complete-cluster.ts";
import { isGlob } from "./find-files.ts";
import type { Manifest } from "./manifest.ts";
import type { Problem } from "./manifest-files.ts";
import { ManifestFiles } from "./manifest-files.ts";
import { ProblemLog } from "./problem-log.ts";
import { readRawManifests } from "./raw-manifests.ts";
import { loadYaml } from "./read-documents.ts";
import { FolderWatcher } from "./watch-folders.ts";

export interface ManifestsOptions {
  /** Files, folders, globs. The later of two objects of the same name counts. */
  readonly paths: readonly string[];
  /** One, or one of IPv4 and one of IPv6; 10.96.0.0/12 by default. */
  readonly serviceCidrs?: readonly string[];
  readonly selection: Selection;
  readonly log: Logger;
  /** Whether changes are followed, true by default. */
  readonly watch?: boolean;
}

/**
 * A cluster that is described by Kubernetes manifests: what an API server with its controllers
 * would make of them.
 *
 * @throws SyntaxError if a CIDR or a label selector cannot be parsed
 */
export function manifestsSource(options: ManifestsOptions): ManifestsSource {
  return new ManifestsSource(options);
}

export class ManifestsSource implements ClusterSource {
  readonly #options: ManifestsOptions;
  readonly #files: ManifestFiles;
  readonly #completer: ClusterCompleter;
  readonly #diff = new ClusterDiff();
  #sink: ClusterSink | undefined;
  #watcher: FolderWatcher | undefined;
  /** What the sink knows of, and why some of it was left out. */
  #told: { manifests: readonly Manifest[] | undefined; problems: readonly Problem[] } = {
    manifests: undefined,
    problems: [],
  };
  readonly #problems: ProblemLog;
  #reading: Promise<void> = Promise.resolve();
  #isQueued = false;

  constructor(options: ManifestsOptions) {
    this.#options = options;
    this.#files = new ManifestFiles(options.paths);
    this.#problems = new ProblemLog(options.log);
    this.#completer = new ClusterCompleter({
      cidrs: new ServiceCidrs(options.serviceCidrs ?? ["10.96.0.0/12"]),
      selection: options.selection,
      machineAddress: machineAddress(),
    });
  }

  /** The sink knows everything when the promise resolves. Rejects if a path does not exist. */
  async start(sink: ClusterSink): Promise<void> {
    const { selection, watch = true } = this.#options;
    await this.check();
    await loadYaml();
    this.#sink = sink;
    if (watch) this.#watcher = new FolderWatcher(() => this.#refreshLater());
    await this.refresh();
    for (const kind of kindsOf(selection)) this.#sink?.synced(kind);
  }

  /** Rejects if a path does not exist. */
  async check(): Promise<void> {
    for (const [i, path] of this.#options.paths.entries()) await expectPath(path, i);
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
    this.#watcher?.close();
    await this.#reading.catch(() => undefined);
  }

  read(wanted: RawWanted, deadlineMs: number): Promise<RawRead> {
    const known = { files: this.#files, told: this.#diff.told };
    return readRawManifests(known, wanted, deadlineMs);
  }

  /** Looks at the files and tells what has changed; one look at a time, and one more in waiting. */
  refresh(): Promise<void> {
    if (this.#isQueued) return this.#reading;
    this.#isQueued = true;
    const last = this.#reading.catch(() => undefined);
    this.#reading = last.then(() => {
      this.#isQueued = false;
      return this.#read();
    });
    return this.#reading;
  }

  #refreshLater(): void {
    this.refresh().catch((error: unknown) => {
      this.#options.log.error(`Cannot read manifests: ${String(error)}`);
    });
  }

  async #read(): Promise<void> {
    if (!this.#sink) return;
    const { manifests, problems, sources, folders, fileCount } = await this.#files.read();
    if (!this.#sink) return;
    this.#watcher?.update(folders);
    if (manifests !== this.#told.manifests) this.#tell(manifests, fileCount, this.#sink);
    this.#problems.update([...problems, ...this.#told.problems], sources);
  }

  #tell(manifests: readonly Manifest[], fileCount: number, sink: ClusterSink): void {
    const problems: Problem[] = [];
    const objects = this.#completer.complete(manifests, (text) => {
      problems.push({ text, consequence: "" });
    });
    const changes = this.#diff.tell(sink, objects);
    this.#told = { manifests, problems };
    if (changes === 0) return;
    this.#options.log.info(
      `Read ${fileCount} manifest files: ${objects.length} objects, ${changes} changed`,
    );
  }
}

/** A glob may match something later. */
async function expectPath(path: string, index: number): Promise<void> {
  try {
    await stat(path);
  } catch (error) {
    if (!isGlob(path)) throw new MissingManifests(path, index, error as NodeJS.ErrnoException);
  }
}

/** A path that is not there, or cannot be looked at. */
export class MissingManifests extends Error {
  override readonly name = "MissingManifests";
  /** Which of the paths it is. */
  readonly index: number;

  constructor(path: string, index: number, cause: NodeJS.ErrnoException) {
    const reason = cause.code === "ENOENT" ? "no such file or folder" : cause.message;
    super(`cannot read manifests "${path}": ${reason}`, { cause });
    this.index = index;
  }
}
