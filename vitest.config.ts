import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // The suite that needs etcd and a kube-apiserver has its own command.
    exclude: ["test/cluster/**", "node_modules/**"],
    globalSetup: ["test/build-once.ts"],
    testTimeout: 20_000,
  },
});
