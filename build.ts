import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Plugin } from "esbuild";
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

/** Bundles the program into dist/ for the image and the npm package: it starts faster so. */
const { outputFiles } = await build({
  entryPoints: {
    main: "src/main.ts",
    "kubeconfig-process": "src/kube/api/access/kubeconfig-process.ts",
    "udp-worker": "src/transport/native/udp-worker.ts",
    "table-responder": "src/server/table/table-responder.ts",
  },
  outdir: "dist",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  splitting: true,
  define: { PORTOLAN_COMMIT: JSON.stringify(commit()) },
  sourcemap: "linked",
  write: false,
  // pino starts worker threads from files of its own, which a bundle does not have.
  // koffi loads a binary, and may be missing.
  external: ["pino", "koffi"],
  plugins: [credentialsOnly],
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
});

for (const { path, contents } of outputFiles) {
  if (!isThere(path, contents)) put(path, contents);
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
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
