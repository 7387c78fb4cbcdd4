import manifest from "../../package.json" with { type: "json" };

/** What build.ts puts in its place; there is none where the sources run as they are. */
declare const PORTOLAN_COMMIT: string | undefined;

/** Of this program, as in package.json. */
export const VERSION: string = manifest.version;

/** As `git describe --always --dirty` names it; "unknown" where nobody built it, or without git. */
const COMMIT = (typeof PORTOLAN_COMMIT === "undefined" ? undefined : PORTOLAN_COMMIT) || "unknown";

/** Go's names, which CoreDNS prints. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
const SYSTEMS: Readonly<Record<string, string>> = { win32: "windows" };

/** Two lines in the shape of CoreDNS's: `Portolan-0.1.0` and `linux/amd64, node24.1.0, a6d2d7b5`. */
export function versionText(): string {
  const { platform, arch, versions } = process;
  const where = `${SYSTEMS[platform] ?? platform}/${ARCHITECTURES[arch] ?? arch}`;
  return `Portolan-${VERSION}\n${where}, node${versions.node}, ${COMMIT}\n`;
}

export function printVersion(): void {
  process.stdout.write(versionText());
}
