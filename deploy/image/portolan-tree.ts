import { globSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { packageFolders } from "../copy-packages.ts";
import type { Architecture } from "./architectures.ts";
import type { LockedPackage } from "./locked-package.ts";
import type { FileEntry, TreeEntry } from "./tree.ts";
import { file } from "./tree.ts";

const ROOT = join(import.meta.dirname, "../..");
const MODULES = join(ROOT, "node_modules");

/** What build.ts leaves out of the bundle. */
export const UNBUNDLED: readonly string[] = ["pino", "koffi"];
/** Of packages: programs, what they read, and licences. */
const NEEDED = /\.[cm]?js$|\.json$|\.node$|(^|\/)LICEN[CS]E/;
/** Tests and the like, and koffi's binaries for another libc. */
const SUPERFLUOUS = /\/(test|examples|docs|benchmarks|vendor)\/|\/musl_\w+\//;

/** Node, which may bind ports below 1024: Kubernetes gives a user other than root no right that a program does not ask for. */
export function nodeTree(node: LockedPackage): TreeEntry[] {
  const wanted = { "bin/node": "usr/local/bin/node", LICENSE: "usr/share/doc/node/copyright" };
  return node.files.flatMap((found): TreeEntry[] => {
    const path = wanted[found.path as keyof typeof wanted];
    if (path === undefined) return [];
    const isProgram = path.endsWith("/node");
    return [{ ...found, path, mode: isProgram ? 0o755 : 0o644, bindsLowPorts: isProgram }];
  });
}

/**
 * The bundle that was built last, the packages that are not in it, and the names by which it is started:
 *
 *     /app/dist/main.js              what the entry point runs
 *     /usr/local/bin/portolan        for "kubectl exec"
 *     /usr/local/bin/coredns, /coredns   for pods that say "command: [coredns]" or "[/coredns]"
 */
export function appTree(
  architecture: Architecture,
  koffi: Pick<LockedPackage, "files">,
): TreeEntry[] {
  const program = "/usr/local/bin/portolan";
  return [
    ...["package.json", "LICENSE"].map((name) => file(`app/${name}`, read(name))),
    file("app/Corefile.example", readFileSync(join(import.meta.dirname, "Corefile"))),
    ...bundle(),
    ...unbundledTree(architecture, koffi).map((entry) => ({ ...entry, path: `app/${entry.path}` })),
    file(program.slice(1), read("deploy/portolan"), 0o755),
    { kind: "link", path: "usr/local/bin/coredns", target: "portolan" },
    { kind: "link", path: "coredns", target: program },
    file("etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532::/:/sbin/nologin\n"),
    file("etc/group", "root:x:0:\nnonroot:x:65532:\n"),
  ];
}

/** For pods that say "command: [/node-cache]". */
export function nodeCacheTree(): TreeEntry[] {
  const program = `#!/usr/local/bin/node
process.argv.splice(2, 0, "node-cache");
import("/app/dist/main.js");
`;
  return [file("node-cache", program, 0o755)];
}

function bundle(): TreeEntry[] {
  const main = read("dist/main.js");
  const folder = /import ".\/(.*)\/main.js"/.exec(main.toString())?.[1] ?? "";
  const names = globSync(`${folder}/*.js`, { cwd: join(ROOT, "dist") });
  return ["main.js", "plugin.js", ...names].map((name) => {
    return file(`app/dist/${name}`, read(`dist/${name}`));
  });
}

/** The packages that are not in the bundle, as `node_modules/...`, without their tests and the like. */
export function unbundledTree(
  architecture: Architecture,
  koffi: Pick<LockedPackage, "files">,
): FileEntry[] {
  const here = [...packageFolders(MODULES, UNBUNDLED)].filter((folder) => {
    return !folder.includes("@koromix");
  });
  const portable = here.flatMap((folder) => {
    const found = globSync("**/*", { cwd: folder, exclude: ["node_modules"] });
    return found.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
  });
  const native = koffi.files.map((found) => ({
    ...found,
    path: `${architecture.koffi}/${found.path}`,
  }));
  return [
    ...portable.map((path) => file(relative(MODULES, path), readFileSync(path))),
    ...native,
  ].flatMap((entry) => {
    if (!NEEDED.test(entry.path) || SUPERFLUOUS.test(entry.path)) return [];
    return [{ ...entry, path: `node_modules/${entry.path}`, mode: 0o644 }];
  });
}

function read(path: string): Buffer {
  return readFileSync(join(ROOT, path));
}
