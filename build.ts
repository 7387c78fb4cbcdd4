import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Metafile, Plugin } from "esbuild";
import { build } from "esbuild";

/** What client-node opens connections with, its generated API, and the names it imports of those. */
const LEFT_OUT = /^(?:undici|socks|socks-proxy-agent|hpagent|\.\/gen\/.*)$/;
const LEFT_OUT_NAMES = [
  "Agent",
  "ProxyAgent",
  "fetch",
  "SocksClient",
  "SocksProxyAgent",
  "HttpProxyAgent",
  "HttpsProxyAgent",
  "createConfiguration",
  "ServerConfiguration",
  "of",
];
const CLIENT_NODE = /@kubernetes[\\/]client-node[\\/]dist[\\/]/;

/**
 * Portolan asks client-node for credentials and opens connections itself: nine tenths of it are
 * never called, and cost most of the time that it takes to bundle and to start. A name that a new
 * version wants besides fails here.
 */
const credentialsOnly: Plugin = {
  name: "credentials-only",
  setup(bundler) {
    bundler.onResolve({ filter: LEFT_OUT }, ({ path, importer }) =>
      CLIENT_NODE.test(importer) ? { path, namespace: "left-out" } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: "left-out" }, () => {
      const names = LEFT_OUT_NAMES.map((name) => `leftOut as ${name}`).join(", ");
      const body = 'throw new Error("Cannot connect: left out by build.ts")';
      return { contents: `function leftOut() { ${body} }\nexport { ${names} };` };
    });
  },
};

/** Where there is no git, as in the image's build, the variable says it. */
function commit(): string {
  const { PORTOLAN_COMMIT = "" } = process.env;
  if (PORTOLAN_COMMIT !== "") return PORTOLAN_COMMIT;
  try {
    const options = { encoding: "utf8", stdio: "pipe", cwd: import.meta.dirname } as const;
    return execFileSync("git", ["describe", "--always", "--dirty"], options).trim();
  } catch {
    return "";
  }
}

const OUT = "dist";
/** So many builds stay: a program that is running goes on with the files that it was started from. What is packed is one. */
const KEPT_BUILDS = process.argv.includes("--alone") ? 1 : 10;
const BUILD = /^build-[0-9a-f]{16}$/;

/** Bundles the program into dist/ for the image and the npm package: it starts faster so. */
const { outputFiles, metafile } = await build({
  entryPoints: {
    main: "src/main.ts",
    "kubeconfig-process": "src/kube/api/access/kubeconfig-process.ts",
    "udp-worker": "src/transport/native/udp-worker.ts",
    "table-responder": "src/server/table/table-responder.ts",
    "public-contract": "src/server/plugin-modules/public-contract.ts",
  },
  outdir: OUT,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  splitting: true,
  define: { PORTOLAN_COMMIT: JSON.stringify(commit()) },
  sourcemap: "linked",
  metafile: true,
  write: false,
  // pino starts worker threads from files of its own, which a bundle does not have.
  // koffi loads a binary, and may be missing.
  external: ["pino", "koffi"],
  plugins: [credentialsOnly],
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
});

/** What the command `portolan` of the npm package starts: it has to run on any Node that npm does. */
const launcher = await build({
  entryPoints: ["src/cli/own-node/launcher.ts"],
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node14",
  banner: { js: "#!/usr/bin/env node" },
  write: false,
});

/**
 * A folder for each build, named by what is in it, and one file that leads to the newest:
 *
 *     dist/main.js ───► dist/build-0123456789abcdef/main.js, its chunks, threads and helpers
 *     dist/plugin.js ─► dist/build-0123456789abcdef/public-contract.js: "portolan/plugin"
 *     dist/launcher.cjs: dist/main.js, on a Node that it finds
 *     dist/bundled.json: the packages that are in the build
 */
const digest = createHash("sha256");
for (const { path, contents } of outputFiles) digest.update(basename(path)).update(contents);
const folder = `build-${digest.digest("hex").slice(0, 16)}`;
for (const { path, contents } of outputFiles) {
  put(join(OUT, folder, basename(path)), contents);
}
put(join(OUT, "main.js"), Buffer.from(`#!/usr/bin/env node\nimport "./${folder}/main.js";\n`));
put(join(OUT, "plugin.js"), Buffer.from(`export * from "./${folder}/public-contract.js";\n`));
put(join(OUT, "launcher.cjs"), launcher.outputFiles[0]?.contents ?? new Uint8Array());
put(
  join(OUT, "bundled.json"),
  Buffer.from(`${JSON.stringify(bundledPackages(metafile), null, 2)}\n`),
);
chmodSync(join(OUT, "launcher.cjs"), 0o755);
removeOldBuilds();

/** The packages of which something is in the build, in the lock file's words: `node_modules/yaml` and a version. */
function bundledPackages({ outputs }: Metafile): { path: string; version: string }[] {
  const paths = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [path] = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
      if (path !== undefined && bytesInOutput > 0) paths.add(path);
    }
  }
  return [...paths].toSorted().map((path) => {
    const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as {
      version: string;
    };
    return { path, version: manifest.version };
  });
}

function removeOldBuilds(): void {
  const builds = readdirSync(OUT)
    .filter((name) => BUILD.test(name) && name !== folder)
    .map((name) => ({ name, madeMs: statSync(join(OUT, name)).mtimeMs }))
    .sort((one, other) => other.madeMs - one.madeMs);
  for (const { name } of builds.slice(KEPT_BUILDS - 1)) {
    rmSync(join(OUT, name), { recursive: true, force: true });
  }
}

function isThere(path: string, contents: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(contents);
  } catch {
    return false;
  }
}

/** In one step: somebody may be starting from the files of before. */
function put(path: string, contents: Uint8Array): void {
  if (isThere(path, contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
