import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** For what hangs: no test may depend on how fast it is, and a machine may have much else to do. */
const HANGS_MS = 300_000;

const UNITS = "src/**/*.test.ts";

// Threads and processes that tests start load the sources, or the bundle, each for itself: of a
// server that a test starts, most of its time. This keeps what Node has made of a file, by its text.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/node");

/** What a test puts in the place of a module would be there for the next file too. */
const replacing = globSync(UNITS, { cwd: import.meta.dirname }).filter((file) =>
  readFileSync(join(import.meta.dirname, file), "utf8").includes("vi.mock("),
);

export default defineConfig({
  test: {
    globalSetup: ["test/build-once.ts"],
    // One fewer than there are processors is what vitest takes: of two, that is half of the machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    expect: { poll: { timeout: HANGS_MS, interval: 5 } },
    projects: [
      {
        // Files share two processes, and so the modules under test: to load those for each file
        // anew takes about as long as all these tests together.
        extends: true,
        test: { name: "units", include: [UNITS], exclude: replacing, isolate: false },
      },
      {
        // Each file has a process of its own.
        extends: true,
        test: {
          name: "isolated",
          include: ["test/**/*.test.ts", ...replacing],
          // The suites that need a kube-apiserver, or make packages, have commands of their own.
          exclude: ["test/cluster/**", "test/package/**"],
        },
      },
    ],
  },
});
