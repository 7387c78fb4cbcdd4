import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** For what hangs: no test may depend on how fast it is, and a machine may have much else to do. */
const HANGS_MS = 120_000;

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // The suites that need a kube-apiserver, or make packages, have commands of their own.
    exclude: ["test/cluster/**", "test/package/**", "node_modules/**"],
    globalSetup: ["test/build-once.ts"],
    // One fewer than there are processors is what vitest takes: of two, that is half of the machine.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    expect: { poll: { timeout: HANGS_MS, interval: 5 } },
  },
});
