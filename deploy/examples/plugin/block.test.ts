import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

/** The server itself is what a plugin is tried with: `PORTOLAN` is its main.js. */
const { PORTOLAN = "node_modules/portolan/dist/main.js" } = process.env;
const args = [PORTOLAN, "-conf", join(import.meta.dirname, "Corefile"), "-p", "0"];
const server = spawn(process.execPath, args);
const resolver = new Resolver();

before(async () => {
  let said = "";
  const port = await new Promise<string>((resolve, reject) => {
    server.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const [, found] = /^\.:(\d+)/m.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    server.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    server.on("exit", () => reject(new Error(said)));
  });
  resolver.setServers([`127.0.0.1:${port}`]);
});

after(() => server.kill());

void test("names in the list, and below them, do not exist", async () => {
  await assert.rejects(resolver.resolve4("tracker.example"), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolve4("A.B.Ads.example.com"), { code: "ENOTFOUND" });
});

void test("other names are handed on", async () => {
  // whoami has no answer for a name that exists.
  await assert.rejects(resolver.resolve4("example.com"), { code: "ENODATA" });
});
