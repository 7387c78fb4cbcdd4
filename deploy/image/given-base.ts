import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import type { Architecture } from "./architectures.ts";
import type { Base } from "./base.ts";
import { debianPackages, listsPackages } from "./debian-packages.ts";
import type { Descriptor, Layer, OciLayout } from "./oci-layout.ts";
import { gunzip, readTar } from "./tar.ts";

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

interface Index {
  readonly manifests: readonly (Descriptor & {
    readonly platform?: { readonly architecture: string; readonly os: string };
    readonly annotations?: Readonly<Record<string, string>>;
  })[];
}

/** Copies the layers of an image that lies in a folder as an OCI layout; it has to have glibc and libstdc++. */
export async function givenBase(
  layout: OciLayout,
  folder: string,
  architecture: Architecture,
): Promise<Base> {
  const read = (digest: string): Buffer => {
    return readFileSync(join(folder, "blobs", digest.replace(":", "/")));
  };
  const json = (digest: string): unknown => JSON.parse(read(digest).toString());
  const top = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as Index;
  const found = findManifest(top, architecture, (digest) => json(digest) as Index);
  if (found === undefined)
    throw new Error(`Cannot take base "${folder}": it has no image for linux/${architecture.name}`);
  const manifest = json(found.digest) as Manifest;
  const config = json(manifest.config.digest) as { rootfs: { diff_ids: readonly string[] } };
  const layers = manifest.layers.map(({ digest, mediaType }, at): Layer => {
    if (!mediaType.endsWith("tar+gzip"))
      throw new Error(`Cannot take base "${folder}": its layers are ${mediaType}, not gzip`);
    const descriptor = layout.put(read(digest), mediaType);
    return { descriptor, diffId: config.rootfs.diff_ids[at] ?? "" };
  });
  const lists = await Promise.all(
    manifest.layers.map(({ digest }) =>
      readTar(gunzip(Readable.from([read(digest)])), listsPackages),
    ),
  );
  const [first] = top.manifests;
  // Tools that copy images write one of them or the other, the second often as a tag alone.
  const { annotations = {} } = first ?? {};
  const name =
    annotations["io.containerd.image.name"] ?? annotations["org.opencontainers.image.ref.name"];
  return {
    layers,
    packages: debianPackages(lists.flat()),
    image: { name: name ?? basename(folder), digest: found.digest },
  };
}

/** Images of one architecture say it in their configuration alone: then it is believed. */
function findManifest(
  index: Index,
  { name }: Architecture,
  open: (digest: string) => Index,
): Descriptor | undefined {
  for (const descriptor of index.manifests) {
    if (descriptor.mediaType.includes("index") || descriptor.mediaType.includes("list")) {
      const found = findManifest(open(descriptor.digest), { name } as Architecture, open);
      if (found) return found;
    } else if ((descriptor.platform?.architecture ?? name) === name) return descriptor;
  }
  return undefined;
}
