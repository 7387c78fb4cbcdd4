import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { COMMANDS } from "../src/cli/commands.ts";
import { Portolan, ROOT } from "./run-portolan.ts";

/** A user's machine: the program, a Corefile that is served, and nothing that a test before has left. */
const folder = mkdtempSync(join(tmpdir(), "portolan-examples-"));
const bin = join(folder, "bin");
const env = {
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  NO_COLOR: "1",
  PATH: `${bin}:${process.env.PATH}`,
};
let server: Portolan;
let port = "";

beforeAll(async () => {
  mkdirSync(bin);
  const start = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "dist/main.js")}" "$@"\n`;
  writeFileSync(join(bin, "portolan"), start, { mode: 0o755 });
  const manifests = join(ROOT, "deploy/examples");
  const corefile = `.:0 {
  bind 127.0.0.1
  errors
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    manifests ${manifests}
  }
  cache 30
}
`;
  writeFileSync(join(folder, "Corefile"), corefile);
  // What `kubectl get -o yaml` has saved.
  copyFileSync(join(ROOT, "test/testdata/audit/gke.yaml"), join(folder, "kube-dns.yaml"));
  const metadata = { name: "coredns", namespace: "kube-system" };
  const data = { Corefile: corefile };
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
  writeFileSync(join(folder, "coredns.yaml"), JSON.stringify(configMap));
  server = new Portolan([], undefined, [], folder, { env });
  port = String(await server.port());
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** What asks servers of others is not run: a test needs nobody but this machine, and no cluster. */
const OUTSIDE = /@(tls|https):|-from-cluster/;

/** What changes the resolver of this machine is not run either: test/package/machine does, on a machine of its own. */
const CHANGES = /^portolan stub (?:un)?install(?!.*-dry-run)/;

/** Serving does not end. */
const examples = COMMANDS.flatMap(({ name, exitCodes, examples }) =>
  examples.map(({ line }) => ({
    line,
    exitCodes,
    serves: ["", "dev", "node-cache"].includes(name) && !/-(?:plugins|print)$/.test(line),
  })),
).filter(({ line, serves }) => !serves && !OUTSIDE.test(line) && !CHANGES.test(line));

it.each(examples)("$line", async ({ line, exitCodes }) => {
  // What a shell does with what is printed is not looked at here; port 1053 is the README's.
  const here = line.replace(/(?<=-p |127\.0\.0\.1:)1053/, port);
  const [command = ""] = /portolan[^>|)]*/.exec(here) ?? [];
  const { code, stderr } = await shell(command);
  expect(stderr).toBe("");
  expect(code).not.toBe(1);
  expect(Object.keys(exitCodes)).toContain(String(code));
});

function shell(command: string): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile("bash", ["-c", command], { cwd: folder, env }, (error, _stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stderr });
    });
  });
}
