import { defineConfig } from "vitest/config";

/** The suite that makes the image and the packages, and starts what is in them: `npm run test:package`. */
export default defineConfig({
  test: {
    include: ["test/package/**/*.test.ts"],
    globalSetup: ["test/build-once.ts", "test/package/made-once.ts"],
    // Compressing takes all processors there are.
    fileParallelism: false,
    // For what hangs: a machine may have much else to do.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
