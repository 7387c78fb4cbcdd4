import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BlockSettings } from "../../server/contract/plugin.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { root } from "./index.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "root-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What starting with this root logs. */
async function start(path: string): Promise<string[]> {
  const { log, lines } = recordingLog();
  const directive = `root "${path}"`;
  const options = root.parse(testDirective(directive));
  await root.create?.(options, testContext({ directive, log })).start?.();
  return lines;
}

describe("root", () => {
  it("sets the folder that relative paths start from", () => {
    const settings: BlockSettings = { listenOn: [], listenExcept: [], root: "", debug: false };
    root.configure?.(root.parse(testDirective("root zones/here")), settings);
    expect(settings.root).toBe("zones/here");
  });

  it("says nothing of a folder that exists", async () => {
    expect(await start(folder)).toEqual([]);
  });

  it("warns of one that does not exist, since it may come later", async () => {
    const path = join(folder, "later");
    expect(await start(path)).toEqual([`warn: Root path does not exist: ${path}`]);
  });

  it("warns of what is no folder", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "");
    expect(await start(path)).toEqual([`warn: Root path is not a directory: ${path}`]);
  });

  it("refuses a path that cannot be looked at", async () => {
    const path = join(folder, "file", "below");
    writeFileSync(join(folder, "file"), "");
    await expect(start(path)).rejects.toThrow(`cannot access root path "${path}": ENOTDIR`);
  });

  it.each([
    ["root", 'Corefile:2: plugin/root: missing argument: "root" takes 1 argument'],
    ["root a b", 'Corefile:2: plugin/root: unexpected argument "b": "root" takes 1 argument'],
    ["root a {\n}", 'Corefile:2: plugin/root: unexpected "{"'],
  ])("refuses %j", (text, message) => {
    expect(() => root.parse(testDirective(text))).toThrow(message);
  });
});
