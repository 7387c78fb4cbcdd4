import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../run-portolan.ts";

/** Only root may put an /etc of its own in the place of the machine's. */
const isRoot = process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0;
const BEFORE = "nameserver 192.0.2.1";

it.skipIf(!isRoot)(
  "portolan dev -stub is asked by the system as long as it runs, however it ends",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "portolan-held-"));
    const portolan = join(folder, "portolan");
    const line = `exec "${process.execPath}" "${join(ROOT, "dist/main.js")}" "$@"`;
    writeFileSync(portolan, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    const script = join(import.meta.dirname, "held.sh");
    const manifests = join(ROOT, "deploy/examples");
    const namespaces = ["-mnp", "--fork", "--kill-child", "--mount-proc"];
    const inside = `ip link set lo up; exec bash "${script}" "${folder}" "${portolan}" "${manifests}"`;
    const said = await run("unshare", [...namespaces, "bash", "-c", inside]);
    rmSync(folder, { recursive: true });
    expect(Object.fromEntries(said.map((one) => one.split("=")))).toEqual({
      "term.ours": "2",
      "term.address": "10.96.80.10",
      "term.status": "1",
      "term.second": "1",
      "term.exit": "0",
      "term.after": BEFORE,
      "kill.after": BEFORE,
      "crash.ours": "2",
      "crash.status": "1",
      "crash.uninstall": "0",
      "crash.after": BEFORE,
      "next.ours": "2",
      "next.exit": "0",
      "next.said": "1",
      "next.theirs": "1",
      "next.after": BEFORE,
    });
  },
  180_000,
);

function run(program: string, args: readonly string[]): Promise<string[]> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 170_000, killSignal: "SIGKILL" }, (_error, stdout) => {
      resolve(stdout.split("\n").filter((line) => line.includes("=")));
    });
  });
}
