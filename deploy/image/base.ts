import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDebianTar } from "../debian-tar.ts";
import type { Architecture } from "./architectures.ts";
import type { DebianPackage } from "./debian-packages.ts";
import { debianPackages } from "./debian-packages.ts";
import type { Layer, OciLayout } from "./oci-layout.ts";
import { packTree, readTar } from "./tar.ts";
import type { TreeEntry } from "./tree.ts";

/** What is below Node: glibc and libstdc++, and what they say of themselves. */
export interface Base {
  readonly layers: readonly Layer[];
  readonly packages: readonly DebianPackage[];
  /** Of an image that was given: what people call it, and its manifest. */
  readonly image?: { readonly name: string; readonly digest: string };
}

const PACKAGES = ["base-files", "libc6", "libgcc-s1", "libstdc++6", "netbase"];
/** What the image for nodes has besides. */
const NODE_PACKAGES = ["iptables"];
/** Needed by base-files' scripts, which nobody runs here; it is a language's interpreter. */
const UNWANTED = "mawk";
/** dpkg does not run, so the list that scanners read is made of the packages themselves. */
const LIST_PACKAGES = `mkdir -p "$1/var/lib/dpkg/status.d"
for deb in "$1"/var/cache/apt/archives/*.deb; do
  name=$(dpkg-deb --field "$deb" Package)
  [ "$name" = ${UNWANTED} ] || dpkg-deb --field "$deb" > "$1/var/lib/dpkg/status.d/$name"
done`;

/** Libraries, what they are licensed under, what lists them, and the few files of /etc that libc reads. */
function isKept(path: string): boolean {
  return [
    /^(bin|lib|lib64|sbin|etc\/os-release|usr\/lib\/os-release|etc\/debian_version)$/,
    /^usr\/lib(64)?\/([\w-]+\/)?(lib|ld-)[\w.+-]*\.so[\w.-]*$/,
    /^usr\/(bin|sbin|lib|lib64)$/,
    /^etc\/(host\.conf|protocols|services|ethertypes|rpc)$/,
    /^etc\/ld\.so\.conf\.d\//,
    /^usr\/share\/doc\/(?!mawk\/)[^/]+\/copyright$/,
    /^usr\/share\/doc\/[^/]+$/,
    /^usr\/share\/common-licenses\//,
    /^var\/lib\/dpkg\/status\.d\//,
    /^(dev|home|proc|root|run|sys|tmp|var\/tmp)$/,
    // Of iptables: both kinds, and what understands the rules of others.
    /^usr\/sbin\/(xtables-(nft|legacy)-multi|ip6?tables-(nft|legacy))$/,
    /^usr\/lib\/[\w-]+\/xtables\/lib\w+\.so$/,
  ].some((pattern) => pattern.test(path));
}

/** Debian's alternatives, which a script of the package would make. */
const NAMES_OF_IPTABLES: readonly TreeEntry[] = ["iptables", "ip6tables"].map((name) => {
  return { kind: "link", path: `usr/sbin/${name}`, target: `${name}-nft` };
});

/** Made of the packages of Debian's suite as they are now; nothing is run of them, so any architecture will do. */
export async function debianBase(
  layout: OciLayout,
  architecture: Architecture,
  options: { epochSeconds: number; keptIn: string | undefined; isForNodes: boolean },
): Promise<Base> {
  const { epochSeconds, keptIn, isForNodes } = options;
  const folder = mkdtempSync(join(tmpdir(), "portolan-base-"));
  try {
    const tar = join(folder, "base.tar");
    bootstrap(architecture, isForNodes ? [...PACKAGES, ...NODE_PACKAGES] : PACKAGES, tar, keptIn);
    const found = (await readTar(createReadStream(tar), isKept)).filter(isWanted);
    const entries = isForNodes ? [...found, ...NAMES_OF_IPTABLES] : found;
    const layer = await layout.putLayer(packTree(entries, epochSeconds));
    return { layers: [layer], packages: debianPackages(entries) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Debian's documents are links to another package's at times. */
function isWanted({ kind, path }: TreeEntry): boolean {
  return !(kind === "folder" && path.startsWith("usr/share/doc/"));
}

function bootstrap(
  { name }: Architecture,
  packages: readonly string[],
  tar: string,
  keptIn: string | undefined,
): void {
  const more = [`--extract-hook=${LIST_PACKAGES}`];
  const tree = { variant: "extract", architecture: name, packages, more } as const;
  try {
    makeDebianTar(tree, tar, keptIn);
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(`${message}; --base names an image to take in its place`, { cause });
  }
}
