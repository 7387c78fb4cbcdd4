import { join } from "node:path";
import type { Architecture } from "./architectures.ts";
import type { Base } from "./base.ts";
import { debianBase } from "./base.ts";
import { billOfMaterials, CYCLONEDX } from "./bill-of-materials.ts";
import { givenBase } from "./given-base.ts";
import type { About } from "./image-config.ts";
import { imageConfig, labels } from "./image-config.ts";
import { fetchLockedPackage } from "./locked-package.ts";
import type { Descriptor, Layer } from "./oci-layout.ts";
import { MEDIA_TYPES, OciLayout } from "./oci-layout.ts";
import { appTree, nodeCacheTree, nodeTree } from "./portolan-tree.ts";
import { packTree } from "./tar.ts";

export interface ImageOptions {
  readonly architectures: readonly Architecture[];
  /** Where the layout comes to lie; what was there before goes. */
  readonly output: string;
  /** An OCI layout to start from; Debian's packages if there is none. */
  readonly base: string | undefined;
  /** A folder where tars of Debian's packages are taken from, or else kept. */
  readonly debian: string | undefined;
  /** As it is pushed: images.example/portolan:0.1.0. */
  readonly name: string;
  readonly about: About;
  /** Whether it is to start as node-cache, in NodeLocal DNSCache's place. */
  readonly isForNodes: boolean;
}

export interface MadeImage {
  /** Of the index over all architectures. */
  readonly digest: string;
  readonly layers: readonly { readonly of: string; readonly digest: string; readonly size: number }[];
}

interface ArchitectureImage {
  readonly image: Descriptor;
  readonly bill: Descriptor;
  readonly layers: readonly NamedLayer[];
}

interface NamedLayer extends Layer {
  readonly of: string;
}

/** Writes an OCI layout: one index with an image for each architecture, and what each is made of beside it. */
export async function makeImage(options: ImageOptions): Promise<MadeImage> {
  const layout = new OciLayout(`${options.output}.${process.pid}`);
  try {
    return await fill(layout, options);
  } catch (error) {
    layout.discard();
    throw error;
  }
}

async function fill(layout: OciLayout, options: ImageOptions): Promise<MadeImage> {
  const { architectures, output, name, about } = options;
  const images: ArchitectureImage[] = [];
  await Promise.all(
    architectures.map(async (architecture, at) => {
      images[at] = await makeArchitecture(layout, architecture, options);
    }),
  );
  const index = layout.putJson(
    {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.index,
      manifests: [...images.map(({ image }) => image), ...images.map(({ bill }) => bill)],
      annotations: labels(about),
    },
    MEDIA_TYPES.index,
  );
  const annotations = {
    "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf(":") + 1),
    "io.containerd.image.name": name,
  };
  layout.finish([{ ...index, annotations }], output);
  const layers = images.flatMap(({ layers }, at) => {
    return layers.map(({ of, descriptor: { digest, size } }) => {
      return { of: join(architectures[at]?.name ?? "", of), digest, size };
    });
  });
  return { digest: index.digest, layers };
}

async function makeArchitecture(
  layout: OciLayout,
  architecture: Architecture,
  { about, base: given, debian: keptIn, isForNodes }: ImageOptions,
): Promise<ArchitectureImage> {
  const { epochSeconds } = about;
  const base =
    given === undefined
      ? await debianBase(layout, architecture, { epochSeconds, keptIn, isForNodes })
      : await givenBase(layout, given, architecture);
  const node = nodeTree(await fetchLockedPackage(architecture.node));
  const koffi = await fetchLockedPackage(architecture.koffi);
  const app = [...appTree(architecture, koffi), ...(isForNodes ? nodeCacheTree() : [])];
  const layers = [
    ...base.layers.map((layer) => ({ ...layer, of: "base" })),
    { ...(await layout.putLayer(packTree(node, epochSeconds))), of: "node" },
    { ...(await layout.putLayer(packTree(app, epochSeconds))), of: "portolan" },
  ];
  const image = putImage(layout, architecture, { about, base, layers, isForNodes });
  return { image, bill: putBill(layout, architecture, { about, base, image }), layers };
}

function putImage(
  layout: OciLayout,
  architecture: Architecture,
  made: { about: About; base: Base; layers: readonly NamedLayer[]; isForNodes: boolean },
): Descriptor {
  const { about, base, layers, isForNodes } = made;
  const texts = labels(about, base.image);
  const config = imageConfig(about, architecture, layers, { texts, isForNodes });
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: layout.putJson(config, MEDIA_TYPES.config),
    layers: layers.map(({ descriptor }) => descriptor),
    annotations: texts,
  };
  const descriptor = layout.putJson(manifest, MEDIA_TYPES.manifest);
  return { ...descriptor, platform: { architecture: architecture.name, os: "linux" } };
}

/**
 * Refers to the image as its subject, so that registries tell of it; it is in the index as well, so that whoever
 * copies that copies it. A platform that nobody has keeps container runtimes from taking it for an image.
 */
function putBill(
  layout: OciLayout,
  architecture: Architecture,
  made: { about: About; base: Base; image: Descriptor },
): Descriptor {
  const bill = billOfMaterials(made.about, architecture, made.base.packages);
  const { mediaType, digest, size } = made.image;
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    artifactType: CYCLONEDX,
    config: { ...layout.put("{}", MEDIA_TYPES.empty), data: "e30=" },
    layers: [layout.put(`${JSON.stringify(bill, null, 1)}\n`, CYCLONEDX)],
    subject: { mediaType, digest, size },
  };
  const descriptor = layout.putJson(manifest, MEDIA_TYPES.manifest);
  return {
    ...descriptor,
    artifactType: CYCLONEDX,
    platform: { architecture: "unknown", os: "unknown" },
  };
}
