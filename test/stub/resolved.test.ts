import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isMissing } from "../installed.ts";
import { ROOT } from "../run-portolan.ts";

/** Where the package systemd-resolved is unpacked: installing it changes the resolver of the machine. */
const unpacked = process.env["PORTOLAN_SYSTEMD_RESOLVED"] ?? "";
const lacks = [
  process.getuid?.() === 0 ? "" : "root",
  existsSync(`${unpacked}/lib/systemd/systemd-resolved`) ? "" : "systemd-resolved",
  isMissing("dbus-daemon", "") ? "dbus-daemon" : "",
  isMissing("unshare", "") ? "unshare" : "",
].filter((one) => one !== "");

it.skipIf(lacks.length > 0)(
  `systemd-resolved asks for the cluster's names, and for others without us${lacks.length > 0 ? ` (skipped: no ${lacks.join(", no ")})` : ""}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "portolan-resolved-"));
    const portolan = join(folder, "portolan");
    const line = `exec "${process.execPath}" "${join(ROOT, "dist/main.js")}" "$@"`;
    writeFileSync(portolan, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    const script = join(import.meta.dirname, "resolved.sh");
    const inside = ["bash", script, folder, unpacked, portolan];
    const said = await run("unshare", [
      "-mnp",
      "--fork",
      "--kill-child",
      "--mount-proc",
      ...inside,
    ]);
    expect(Object.fromEntries(said.map((one) => one.split("=")))).toEqual({
      outside_before: "203.0.113.9",
      cluster_before: "",
      install: "0",
      again: "1",
      cluster: "10.96.80.10",
      search: "10.96.80.10",
      outside: "203.0.113.9",
      asked_outside: "yes",
      status: "0",
      doctor: "0",
      "stopped.outside": "203.0.113.9",
      "stopped.status": "2",
      "stopped.doctor": "2",
      uninstall: "0",
      same: "yes",
      "after.outside": "203.0.113.9",
    });
    rmSync(folder, { recursive: true });
  },
  120_000,
);

function run(program: string, args: readonly string[]): Promise<string[]> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 100_000, killSignal: "SIGKILL" }, (_error, stdout) => {
      resolve(stdout.split("\n").filter((line) => line.includes("=")));
    });
  });
}
