import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "esbuild";

/** Bundles the program into dist/ for the image and the npm package: it starts faster so. */
const { outputFiles } = await build({
  entryPoints: { main: "src/main.ts" },
  outdir: "dist",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  splitting: true,
  sourcemap: "linked",
  write: false,
  // pino starts worker threads from files of its own, which a bundle does not have.
  external: ["pino", "pino-pretty"],
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
