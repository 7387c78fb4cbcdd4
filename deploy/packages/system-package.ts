import { globSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { runTool } from "./run-tool.ts";
import type { Target } from "./targets.ts";

const ROOT = join(import.meta.dirname, "../..");
const UNIT = join(ROOT, "deploy/systemd/portolan.service");

export type SystemFormat = "deb" | "rpm";

const SCRIPTS = {
  postinstall: join(import.meta.dirname, "postinstall.sh"),
  preremove: join(import.meta.dirname, "preremove.sh"),
  postremove: join(import.meta.dirname, "postremove.sh"),
};

/** The Node that comes with it needs a glibc of 2018, as Debian 10 and RHEL 8 have. */
const DEPENDS: Readonly<Record<SystemFormat, readonly string[]>> = {
  deb: ["libc6 (>= 2.28)", "libstdc++6", "libgcc-s1"],
  rpm: ["glibc >= 2.28", "libstdc++", "libgcc"],
};

/**
 * Makes a package of Debian's or of Red Hat's kind by nfpm.
 * @param tree what comes to lie in /usr
 * @returns its name
 */
export function makeSystemPackage(
  format: SystemFormat,
  tree: string,
  options: { target: Target; scratch: string; output: string; epochSeconds: number },
): string {
  const { target, scratch, output, epochSeconds } = options;
  const { version } = manifest;
  const name =
    format === "deb"
      ? `portolan_${version}-1_${target.debian}.deb`
      : `portolan-${version}-1.${target.rpm}.rpm`;
  const file = join(scratch, `${format}.json`);
  const time = new Date(epochSeconds * 1000).toISOString();
  writeFileSync(file, JSON.stringify(description(format, tree, { target, time })));
  const args = ["tool", "nfpm", "package", "--config", file, "--packager", format];
  runTool("go", [...args, "--target", join(output, name)], {
    cwd: join(import.meta.dirname, "nfpm"),
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epochSeconds) },
  });
  return name;
}

/** nfpm reads YAML, of which JSON is some. */
function description(format: SystemFormat, tree: string, { target, time }: { target: Target; time: string }) {
  return {
    name: "portolan",
    arch: target.debian,
    platform: "linux",
    version: manifest.version,
    release: "1",
    section: "net",
    priority: "optional",
    maintainer: "The Portolan authors <portolan@example.invalid>",
    description: manifest.description,
    license: manifest.license,
    mtime: time,
    depends: DEPENDS[format],
    contents: contents(format, tree, time),
    scripts: SCRIPTS,
    deb: { compression: "zstd" },
    rpm: { compression: "zstd", buildhost: "localhost", group: "System Environment/Daemons" },
  };
}

/** One of nfpm's `contents`. */
interface Content {
  readonly src?: string;
  readonly dst: string;
  readonly type?: string;
  readonly file_info: { readonly mode: number; readonly mtime: string };
}

/** Folders are ours from lib/portolan down: those above belong to the system. */
function contents(format: SystemFormat, tree: string, mtime: string): Content[] {
  const paths = globSync("**/*", { cwd: tree }).toSorted();
  const own = paths.flatMap((path): Content[] => {
    const status = statSync(join(tree, path));
    const dst = `/usr/${placeOf(path, format)}`;
    const file_info = { mode: status.mode & 0o777, mtime };
    if (!status.isDirectory()) return [{ src: join(tree, path), dst, file_info }];
    const isOurs = /^(lib|share\/doc)\/portolan(\/|$)/.test(path);
    return isOurs ? [{ dst, type: "dir", file_info }] : [];
  });
  const file_info = { mode: 0o644, mtime };
  const corefile = join(import.meta.dirname, "Corefile");
  return [
    ...own,
    { src: UNIT, dst: "/usr/lib/systemd/system/portolan.service", file_info },
    { dst: "/etc/portolan", type: "dir", file_info: { mode: 0o755, mtime } },
    { src: corefile, dst: "/etc/portolan/Corefile", type: "config|noreplace", file_info },
  ];
}

function placeOf(path: string, format: SystemFormat): string {
  return format === "deb" ? path.replace("zsh/site-functions", "zsh/vendor-completions") : path;
}
