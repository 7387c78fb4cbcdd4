import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Portolan, ROOT, endAll } from "./run-portolan.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portolan-rebuild-"));
});

afterEach(() => {
  endAll();
  rmSync(folder, { recursive: true, force: true });
});

function build(commit: string): void {
  const env = { ...process.env, PORTOLAN_COMMIT: commit };
  execFileSync(process.execPath, [join(folder, "build.ts")], { cwd: folder, env });
}

function builds(): string[] {
  return readdirSync(join(folder, "dist")).filter((name) => name.startsWith("build-"));
}

function serviceOf(name: string, clusterIP: string): object {
  const metadata = { name, namespace: "shop" };
  const spec = { clusterIP, ports: [{ port: 80 }] };
  return { apiVersion: "v1", kind: "Service", metadata, spec };
}

async function answerTo(name: string, port: number): Promise<string> {
  return (await new Portolan(["query", name, "@127.0.0.1", "-p", `${port}`]).finished).stdout;
}

describe("the program's files", () => {
  it("stay for whoever runs when it is built anew, for nine more builds", () => {
    for (const path of ["build.ts", "src", "package.json", "tsconfig.json"]) {
      cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    build("one");
    const [first = ""] = builds();
    const before = readdirSync(join(folder, "dist", first));
    build("two");
    expect(builds()).toHaveLength(2);
    expect(readdirSync(join(folder, "dist", first))).toEqual(before);
    // Older ones by the dozen.
    for (let i = 10; i < 22; i++) {
      const path = join(folder, "dist", `build-${`${i}`.repeat(8)}`);
      mkdirSync(path);
      utimesSync(path, i, i);
    }
    build("two");
    expect(builds()).toHaveLength(10);
    expect(builds()).toContain(first);
  });

  it("may all be gone: it goes on, reads its first YAML file, reloads, and ends well", async () => {
    cpSync(join(ROOT, "dist"), join(folder, "dist"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const manifests = join(folder, "manifests");
    mkdirSync(manifests);
    writeFileSync(join(manifests, "a.json"), JSON.stringify(serviceOf("a", "10.96.0.7")));
    const corefile = join(folder, "Corefile");
    const text = `.:0 {\n bind 127.0.0.1\n kubernetes cluster.local {\n  manifests ${manifests}\n }\n}\n`;
    writeFileSync(corefile, text);
    const portolan = new Portolan(["-conf", corefile], join(folder, "dist/main.js"));
    const port = await portolan.port();
    expect(await answerTo("a.shop.svc.cluster.local", port)).toContain("10.96.0.7");
    rmSync(join(folder, "dist"), { recursive: true });
    rmSync(join(folder, "node_modules"));
    // JSON is YAML.
    writeFileSync(join(manifests, "b.yaml"), JSON.stringify(serviceOf("b", "10.96.0.8")));
    await portolan.saying(/Read 2 manifest files/);
    expect(await answerTo("b.shop.svc.cluster.local", port)).toContain("10.96.0.8");
    writeFileSync(corefile, text.replace("bind", "whoami\n bind"));
    portolan.child.kill("SIGUSR1");
    await portolan.saying(/Reloading complete/);
    expect(await answerTo("b.shop.svc.cluster.local", port)).toContain("10.96.0.8");
    expect((await portolan.stop()).code).toBe(0);
  });
});
