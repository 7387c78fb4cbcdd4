import type { TreeEntry } from "./tree.ts";

/** A package of Debian's in the image, in the words of its control file. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The source package, if it has another name. */
  readonly source: string | undefined;
  /** Such as "debian-13", of /etc/os-release. */
  readonly distribution: string;
}

/** Whether scanners look there for what is installed: dpkg's list, or a file for each package as distroless has them. */
export function listsPackages(path: string): boolean {
  return /^(var\/lib\/dpkg\/status|var\/lib\/dpkg\/status\.d\/[^/]+|usr\/lib\/os-release)$/.test(path);
}

/** The packages that such files tell of, by name. */
export function debianPackages(entries: readonly TreeEntry[]): DebianPackage[] {
  const files = entries.filter((entry) => entry.kind === "file");
  const release = files.find(({ path }) => path === "usr/lib/os-release");
  const id = field(release?.content, /^ID="?([^"\n]+)/m) ?? "debian";
  const version = field(release?.content, /^VERSION_ID="?([^"\n]+)/m);
  const distribution = version === undefined ? id : `${id}-${version}`;
  const lists = files.filter((entry) => entry !== release && !entry.path.endsWith(".md5sums"));
  const paragraphs = lists.flatMap(({ content }) => Buffer.from(content).toString().split(/\n\n+/));
  return paragraphs
    .flatMap((text) => {
      const [name, version] = ["Package", "Version"].map((key) => control(text, key));
      if (name === undefined || version === undefined) return [];
      const architecture = control(text, "Architecture") ?? "all";
      return [{ name, version, architecture, source: control(text, "Source"), distribution }];
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function field(content: Uint8Array | undefined, pattern: RegExp): string | undefined {
  return pattern.exec(Buffer.from(content ?? []).toString())?.[1];
}

function control(paragraph: string, key: string): string | undefined {
  return new RegExp(`^${key}: (.*)$`, "m").exec(paragraph)?.[1];
}
