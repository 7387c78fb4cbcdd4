import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { packageFolders } from "../copy-packages.ts";
import type { Architecture } from "./architectures.ts";
import type { DebianPackage } from "./debian-packages.ts";
import type { About } from "./image-config.ts";
import { lockEntry } from "./locked-package.ts";
import { UNBUNDLED } from "./portolan-tree.ts";

const ROOT = join(import.meta.dirname, "../..");
const MODULES = join(ROOT, "node_modules");

export const CYCLONEDX = "application/vnd.cyclonedx+json";

/** What is in the image for one architecture, as CycloneDX 1.6: packages of npm, Node among them, and of Debian. */
export function billOfMaterials(
  about: About,
  architecture: Architecture,
  debian: readonly DebianPackage[],
) {
  const components = [...npmComponents(architecture), ...debian.map(debianComponent)];
  const digest = createHash("sha256").update(JSON.stringify([about, components])).digest("hex");
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(digest)}`,
    version: 1,
    metadata: {
      timestamp: new Date(about.epochSeconds * 1000).toISOString(),
      component: {
        type: "container",
        "bom-ref": `portolan@${about.version}`,
        name: "portolan",
        version: about.version,
        licenses: [{ license: { id: about.licenses } }],
        properties: [{ name: "architecture", value: architecture.name }],
      },
    },
    components,
  };
}

/** Those that are bundled, those beside the bundle, and Node itself. */
function npmComponents({ node, koffi }: Architecture) {
  const beside = [...packageFolders(MODULES, UNBUNDLED)]
    .map((folder) => relative(MODULES, folder))
    .filter((name) => !name.startsWith("@koromix/"));
  const installed = new Set([...bundledPackages(), ...beside]);
  const libraries = [...installed].toSorted().map((path) => npmComponent(path, "library"));
  return [...libraries, npmComponent(koffi, "library"), npmComponent(node, "application")];
}

/** As build.ts tells of them; names are paths below node_modules. */
function bundledPackages(): string[] {
  const text = readFileSync(join(ROOT, "dist/bundled.json"), "utf8");
  const bundled = JSON.parse(text) as readonly { readonly path: string }[];
  return bundled.map(({ path }) => path.replace(/^(\.\.\/)*node_modules\//, ""));
}

function npmComponent(path: string, type: "library" | "application") {
  const { version, integrity, license } = lockEntry(path);
  const full = path.slice(path.lastIndexOf("node_modules/") + 1).replace(/^.*node_modules\//, "");
  const [name = "", group] = full.split("/").toReversed();
  const prefix = group === undefined ? "" : `${encodeURIComponent(group)}/`;
  const content = Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
  return {
    type,
    "bom-ref": `${full}@${version}`,
    ...(group === undefined ? {} : { group }),
    name,
    version,
    hashes: [{ alg: "SHA-512", content }],
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    purl: `pkg:npm/${prefix}${name}@${version}`,
  };
}

function debianComponent({ name, version, architecture, source, distribution }: DebianPackage) {
  const [vendor = "debian"] = distribution.split("-");
  const qualifiers = `arch=${architecture}&distro=${distribution}`;
  return {
    type: "library",
    "bom-ref": `${name}@${version}`,
    name,
    version,
    purl: `pkg:deb/${vendor}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?${qualifiers}`,
    ...(source === undefined ? {} : { properties: [{ name: "source", value: source }] }),
  };
}

/** The digest's first octets in the form of RFC 9562, version 8: the same bill has the same number. */
function uuidOf(hex: string): string {
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join("-");
}
