import { execFileSync } from "node:child_process";
import {
  constants,
  closeSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { CredentialsFolder } from "../src/kube/api/access/testing.ts";
import { askUdp, packetOf } from "../src/transport/transport.cases.ts";
import { Portolan, endAll } from "./run-portolan.ts";

const QUERIES = 100;
const folder = mkdtempSync(join(tmpdir(), "portolan-stalls-"));
afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true }));

/** A file that nobody ever writes: whoever opens it to read waits, as on a file system that hangs. */
function hangingFile(name: string): string {
  const path = join(folder, name);
  rmSync(path, { force: true });
  execFileSync("mkfifo", [`${path}.pipe`]);
  renameSync(`${path}.pipe`, path);
  return path;
}

function corefile(body: string): string {
  const path = join(folder, "Corefile");
  rmSync(path, { force: true });
  writeFileSync(path, `.:0 {\n  bind 127.0.0.1\n  ${body}\n  whoami\n}\n`);
  return path;
}

async function expectAnswers(port: number): Promise<void> {
  for (let id = 1; id <= QUERIES; id++) {
    expect((await askUdp(port, packetOf(id))).readUInt16BE(0)).toBe(id);
  }
}

/** Whether somebody reads the file at this moment, and waits for what is in it. */
async function untilRead(path: string): Promise<void> {
  await expect.poll(() => hasReader(path)).toBe(true);
}

function hasReader(path: string): boolean {
  try {
    // Readers that wait in open() for a writer wake up by this, and then wait in read() while it is open.
    const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    writers.push(fd);
    return true;
  } catch {
    return false;
  }
}

const writers: number[] = [];
afterEach(() => writers.splice(0).forEach(closeSync));

describe("queries are answered, and SIGTERM ends the process, while there hangs", () => {
  it("the Corefile when it is looked at again", async () => {
    const path = corefile("reload 2s 0s");
    const portolan = new Portolan(["-conf", path]);
    const port = await portolan.port();
    hangingFile("Corefile");
    await untilRead(path);
    await expectAnswers(port);
    await portolan.stop();
  });

  it("the Corefile when a reload is asked for", async () => {
    const path = corefile("errors");
    const portolan = new Portolan(["-conf", path]);
    const port = await portolan.port();
    hangingFile("Corefile");
    portolan.child.kill("SIGHUP");
    await untilRead(path);
    await expectAnswers(port);
    await portolan.stop();
  });

  it("a hosts file that a reload brings", async () => {
    const path = corefile("errors");
    const portolan = new Portolan(["-conf", path]);
    const port = await portolan.port();
    const hosts = hangingFile("hosts");
    corefile(`hosts ${hosts}`);
    portolan.child.kill("SIGHUP");
    await untilRead(hosts);
    await expectAnswers(port);
    await portolan.stop();
  });

  it("an exec plugin that makes credentials", async () => {
    using credentials = new CredentialsFolder();
    credentials.writeProgram("login", "setInterval(() => {}, 1_000)");
    const kubeconfig = credentials.writeKubeconfig({}, { exec: { command: "./login" } });
    const path = corefile(
      `kubernetes cluster.local {\n    kubeconfig ${kubeconfig}\n    fallthrough\n  }`,
    );
    const portolan = new Portolan(["-conf", path]);
    await expectAnswers(await portolan.port());
    expect((await portolan.stop()).code).toBe(0);
  });
});
