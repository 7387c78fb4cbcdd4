import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Prints a bill of materials of what runs, as `npm sbom` makes it of all packages: those that are in the bundle, though
 * nobody who installs Portolan needs them besides, and those that are installed with it.
 *
 *     node deploy/sbom.ts [--sbom-format cyclonedx|spdx]
 */
const ROOT = join(import.meta.dirname, "..");

interface Component {
  readonly name: string;
  readonly version?: string;
  readonly versionInfo?: string;
  readonly properties?: readonly { readonly name: string }[];
}

interface CycloneDx {
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly (Component & { readonly "bom-ref": string })[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Spdx {
  readonly packages: readonly (Component & { readonly SPDXID: string })[];
  readonly relationships: readonly {
    readonly spdxElementId: string;
    readonly relatedSpdxElement: string;
    readonly relationshipType: string;
  }[];
}

interface InPlace {
  readonly path: string;
  readonly version: string;
}

/** Packages as `yaml@2.9.1`: in the bundle, and beside it. */
const bundled = new Set((readJson("dist/bundled.json") as InPlace[]).map(identityOf));
const beside = new Set(lockedWithoutDevelopment().map(identityOf));

function lockedWithoutDevelopment(): InPlace[] {
  const { packages } = readJson("package-lock.json") as {
    packages: Record<string, { version: string; dev?: boolean }>;
  };
  const kept = Object.entries(packages).filter(([, { dev }]) => dev !== true);
  return kept.map(([path, { version }]) => ({ path: path || "node_modules/portolan", version }));
}

function identityOf({ path, version }: InPlace): string {
  return `${path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)}@${version}`;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}

function isInside({ name, version, versionInfo }: Component): boolean {
  const identity = `${name}@${version ?? versionInfo}`;
  return bundled.has(identity) || beside.has(identity);
}

/** What is bundled is no optional tool of developers, as npm takes it for. */
function asShipped<T extends Component>(component: T): T {
  if (!bundled.has(`${component.name}@${component.version}`)) return component;
  const properties = component.properties?.filter(({ name }) => name !== "cdx:npm:package:development");
  return { ...component, scope: "required", properties };
}

function reduceCycloneDx(bill: CycloneDx): CycloneDx {
  const components = bill.components.filter(isInside).map(asShipped);
  const references = new Set(components.map((component) => component["bom-ref"]));
  const isKnown = (reference: string): boolean => references.has(reference);
  const dependencies = bill.dependencies
    .filter(({ ref }) => isKnown(ref) || ref.startsWith("portolan@"))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isKnown) }));
  // npm takes the folder's name.
  const component = { ...bill.metadata.component, name: "portolan" };
  return { ...bill, metadata: { ...bill.metadata, component }, components, dependencies };
}

function reduceSpdx(bill: Spdx): Spdx {
  const packages = bill.packages.filter(isInside);
  const references = new Set(packages.map(({ SPDXID }) => SPDXID)).add("SPDXRef-DOCUMENT");
  const relationships = bill.relationships
    .filter((one) => references.has(one.spdxElementId) && references.has(one.relatedSpdxElement))
    .map((one) => ({
      ...one,
      relationshipType: one.relationshipType.replace("DEV_DEPENDENCY_OF", "DEPENDENCY_OF"),
    }));
  return { ...bill, packages, relationships };
}

const args = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", ...process.argv.slice(2)];
const options = { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
const bill = JSON.parse(execFileSync("npm", args, options)) as CycloneDx | Spdx;
const reduced = "components" in bill ? reduceCycloneDx(bill) : reduceSpdx(bill);
process.stdout.write(`${JSON.stringify(reduced, null, 2)}\n`);
