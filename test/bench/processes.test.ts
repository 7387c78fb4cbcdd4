import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { start } from "./processes.ts";

const folder = mkdtempSync(join(tmpdir(), "processes-test-"));
const log = join(folder, "log");
afterAll(() => rmSync(folder, { recursive: true }));

const node = (script: string) => ({ program: process.execPath, args: ["-e", script] });

it("a process that fails is reported with its exit code and the error it named", async () => {
  const running = start(node("console.log('on we go'); throw new TypeError('no: such')"), log);
  await running.ended;
  expect(running.ending()).toBe("exit code 1: TypeError: no: such");
});

it("a program that there is not is reported, and can be stopped all the same", async () => {
  const running = start({ program: join(folder, "none"), args: [] }, log);
  await running.ended;
  expect(running.ending()).toMatch("ENOENT");
  await running.stop();
});

it("a process runs until it is stopped", async () => {
  const running = start(node("setInterval(() => {}, 1000)"), log);
  expect(running.ending()).toBeUndefined();
  await running.stop();
  expect(running.ending()).toBe("killed by SIGTERM: it said nothing");
});
