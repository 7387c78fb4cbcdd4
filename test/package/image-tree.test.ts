import { Resolver } from "node:dns/promises";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  canStartContainers,
  execInContainer,
  makeImageTree,
  startImage,
  untilSays,
} from "../cluster/image-tree.ts";

/** Of the loopback, and nobody's: the real port 53 is what matters here. */
const ADDRESS = "127.53.0.53";
const COREFILE = `. {
  bind ${ADDRESS}
  errors
  template IN A {
    answer "{{ .Name }} 60 IN A 192.0.2.1"
  }
}
`;
const NET_BIND_SERVICE = 1n << 10n;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder that user 65532 can get into. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "portolan-image-"));
  folders.push(folder);
  chmodSync(folder, 0o755);
  return folder;
}

function statusOf(pid: number, field: string): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return new RegExp(`^${field}:\\s+(.*)$`, "m").exec(status)?.[1] ?? "";
}

describe.runIf(canStartContainers())("the image's tree", () => {
  it("serves port 53 as another user, without a way to write or to get rights", async () => {
    const tree = makeImageTree(makeFolder(), { fileCapability: true });
    const program = await startImage(tree, { files: { "etc/coredns/Corefile": COREFILE } });
    try {
      await untilSays(program, `.:53 on ${ADDRESS}\n`);
      const resolver = new Resolver();
      resolver.setServers([ADDRESS]);
      expect(await resolver.resolve4("web.example.org")).toEqual(["192.0.2.1"]);

      expect(statusOf(program.pid, "Uid").split("\t")).toEqual(Array(4).fill("65532"));
      expect(statusOf(program.pid, "NoNewPrivs")).toBe("1");
      for (const set of ["CapPrm", "CapEff", "CapBnd"]) {
        expect(BigInt(`0x${statusOf(program.pid, set)}`)).toBe(NET_BIND_SERVICE);
      }
      expect(BigInt(`0x${statusOf(program.pid, "CapAmb")}`)).toBe(0n);
      const root = `/proc/${program.pid}/root`;
      expect(existsSync(`${root}/usr/local/bin/node`)).toBe(true);
      for (const shell of ["bin/sh", "usr/bin/sh"])
        expect(existsSync(`${root}/${shell}`)).toBe(false);
      const mounts = readFileSync(`/proc/${program.pid}/mountinfo`, "utf8").trimEnd().split("\n");
      const ours = mounts.map((line) => line.split(" ")).filter(([, , , , at]) => at !== "/proc");
      // The devices are files of the machine; nothing else can be written to.
      const writable = ours.filter(([, , , , at = "", options = ""]) => {
        return !at.startsWith("/dev/") && !options.split(",").includes("ro");
      });
      expect(ours.map(([, , , , at]) => at)).toContain("/app");
      expect(writable.map(([, , , , at]) => at)).toEqual(["/run/portolan"]);

      const explained = await execInContainer(program, [
        "portolan",
        "explain",
        "web.example.org",
        "A",
      ]);
      expect(explained).toMatchObject({ code: 0, stderr: "" });
      expect(explained.stdout).toContain("192.0.2.1");

      program.signal("SIGUSR1");
      await untilSays(program, "Reloading complete");
    } finally {
      await program.stop();
    }
    expect(program.exitCode).toBe(0);
  });

  it("could not without the capability that the Dockerfile gives to Node", async () => {
    const tree = makeImageTree(makeFolder(), { fileCapability: false });
    const program = await startImage(tree, { files: { "etc/coredns/Corefile": COREFILE } });
    await program.ended();
    expect(program.exitCode).toBe(1);
    expect(program.output).toContain("permission denied: ports below 1024");
  });
});
