import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../run-portolan.ts";
import { CACHE } from "./cache.ts";

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly platform: { readonly architecture: string; readonly os: string };
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
}

export interface ImageConfig {
  readonly created: string;
  readonly config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Entrypoint: readonly string[];
    readonly WorkingDir: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
}

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

export interface Bill {
  readonly specVersion: string;
  readonly components: readonly Component[];
}

/** What `npm run image` has made, read by the words of the specification alone. */
export class MadeImage {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes half a minute of processor time for each architecture. */
  static make(folder: string, ...flags: readonly string[]): MadeImage {
    const script = join(ROOT, "deploy/image/main.ts");
    execFileSync(process.execPath, [script, "--output", folder, "--debian", CACHE, ...flags], {
      stdio: "pipe",
    });
    return new MadeImage(folder);
  }

  /** Of the image for one architecture. */
  digest(architecture: string): string {
    return this.#descriptor(architecture).digest;
  }

  manifest(architecture: string): Manifest {
    return this.#json(this.digest(architecture)) as Manifest;
  }

  config(architecture: string): ImageConfig {
    return this.#json(this.manifest(architecture).config.digest) as ImageConfig;
  }

  /** The bill of materials whose subject is the image. */
  bill(architecture: string): Bill {
    const subject = this.digest(architecture);
    const manifests = this.#index()
      .filter(({ artifactType }) => artifactType === "application/vnd.cyclonedx+json")
      .map(({ digest }) => this.#json(digest) as Manifest);
    const found = manifests.find((manifest) => manifest.subject?.digest === subject);
    return this.#json(found?.layers[0]?.digest ?? "") as Bill;
  }

  /** Unpacks the layers by GNU tar, capabilities included, as only root can. */
  unpack(architecture: string, folder: string): string {
    mkdirSync(folder);
    for (const { digest } of this.manifest(architecture).layers) {
      const args = ["--xattrs", "--xattrs-include=*", "-xpzf", this.#path(digest), "-C", folder];
      execFileSync("tar", args, { stdio: "pipe" });
    }
    return folder;
  }

  #descriptor(architecture: string): Descriptor {
    const found = this.#index().find(({ platform }) => platform.architecture === architecture);
    if (!found) throw new Error(`no image for ${architecture}`);
    return found;
  }

  #index(): readonly Descriptor[] {
    const top = JSON.parse(readFileSync(join(this.#folder, "index.json"), "utf8")) as {
      manifests: readonly Descriptor[];
    };
    return (this.#json(top.manifests[0]?.digest ?? "") as typeof top).manifests;
  }

  #json(digest: string): unknown {
    return JSON.parse(readFileSync(this.#path(digest), "utf8"));
  }

  #path(digest: string): string {
    return join(this.#folder, "blobs", digest.replace(":", "/"));
  }
}
