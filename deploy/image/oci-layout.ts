import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** https://github.com/opencontainers/image-spec, v1.1 */
export const MEDIA_TYPES = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  empty: "application/vnd.oci.empty.v1+json",
} as const;

export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** In octets. */
  readonly size: number;
  readonly [more: string]: unknown;
}

export interface Layer {
  readonly descriptor: Descriptor;
  /** The digest of the tar before it was compressed. */
  readonly diffId: string;
}

/** A folder of blobs named by their digests, as the image specification lays it out. */
export class OciLayout {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, "blobs/sha256"), { recursive: true });
  }

  put(content: Uint8Array | string, mediaType: string): Descriptor {
    const octets = Buffer.from(content);
    const hex = createHash("sha256").update(octets).digest("hex");
    writeFileSync(this.#path(hex), octets);
    return { mediaType, digest: `sha256:${hex}`, size: octets.length };
  }

  putJson(value: unknown, mediaType: string): Descriptor {
    return this.put(JSON.stringify(value), mediaType);
  }

  /** Compresses a tar as it comes. */
  async putLayer(tar: Readable): Promise<Layer> {
    const draft = join(this.#folder, `blobs/sha256/draft-${process.hrtime.bigint()}`);
    const [plain, packed] = [createHash("sha256"), createHash("sha256")];
    const gzip = createGzip();
    await pipeline(
      tar,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          plain.update(chunk);
          yield chunk;
        }
      },
      gzip,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          packed.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(draft),
    );
    const hex = packed.digest("hex");
    renameSync(draft, this.#path(hex));
    return {
      descriptor: {
        mediaType: MEDIA_TYPES.layer,
        digest: `sha256:${hex}`,
        size: statSync(this.#path(hex)).size,
      },
      diffId: `sha256:${plain.digest("hex")}`,
    };
  }

  /** Says what the layout is about, and puts it in its place in one step; what was there before goes. */
  finish(manifests: readonly Descriptor[], place: string): void {
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests };
    writeFileSync(join(this.#folder, "index.json"), JSON.stringify(index));
    writeFileSync(join(this.#folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    rmSync(place, { recursive: true, force: true });
    renameSync(this.#folder, place);
  }

  /** Leaves nothing behind of a layout that was not finished. */
  discard(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #path(hex: string): string {
    return join(this.#folder, "blobs/sha256", hex);
  }
}
