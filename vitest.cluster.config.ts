import { defineConfig } from "vitest/config";

/** The suite that needs etcd and a kube-apiserver: `npm run test:cluster`. */
export default defineConfig({
  test: {
    include: ["test/cluster/**/*.test.ts"],
    globalSetup: ["test/build-once.ts", "test/cluster/prepare.ts"],
    // Every file has a control plane of its own; side by side they would make each other late.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
