import { build } from "esbuild";

/** Bundles the program into dist/ for the image and the npm package: it starts faster so. */
await build({
  entryPoints: { main: "src/main.ts" },
  outdir: "dist",
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  splitting: true,
  sourcemap: "linked",
  // pino starts worker threads from files of its own, which a bundle does not have.
  external: ["pino", "pino-pretty"],
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
});
