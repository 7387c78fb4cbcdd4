import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Finished } from "./run-portolan.ts";
import { Portolan, endAll } from "./run-portolan.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-fmt-"));
afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true }));

const UGLY = ".:53 {\n  errors # all\n  whoami\n}\n";
const NICE = ".:53 {\n    errors # all\n    whoami\n}\n";
const BROKEN = ".:53 {\n  errors\n";

beforeEach(() => {
  writeFileSync(join(folder, "ugly"), UGLY);
  writeFileSync(join(folder, "nice"), NICE);
  writeFileSync(join(folder, "broken"), BROKEN);
});

const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const fmt = (...args: string[]): Promise<Finished> =>
  new Portolan(["fmt", ...args], undefined, [], folder).finished;

describe("portolan fmt", () => {
  it("prints the result and leaves the file as it is", async () => {
    expect(await fmt("ugly")).toEqual({ code: 0, stdout: NICE, stderr: "" });
    expect(read("ugly")).toBe(UGLY);
  });

  it("takes ./Corefile, and standard input", async () => {
    writeFileSync(join(folder, "Corefile"), UGLY);
    expect((await fmt()).stdout).toBe(NICE);
    const portolan = new Portolan(["fmt", "-"]).input(UGLY);
    expect((await portolan.finished).stdout).toBe(NICE);
  });

  it("-w writes the file, which keeps its mode", async () => {
    chmodSync(join(folder, "ugly"), 0o640);
    expect(await fmt("-w", "ugly", "nice")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect([read("ugly"), statSync(join(folder, "ugly")).mode & 0o777]).toEqual([NICE, 0o640]);
  });

  it("-check names what is not formatted", async () => {
    expect(await fmt("nice", "ugly", "--check")).toMatchObject({ code: 1, stdout: "ugly\n" });
    expect(await fmt("nice", "--check")).toMatchObject({ code: 0, stdout: "" });
    expect(read("ugly")).toBe(UGLY);
  });

  it("-diff shows what would change", async () => {
    const { code, stdout } = await fmt("-diff", "nice", "ugly");
    expect(code).toBe(0);
    expect(stdout).toBe(
      "--- ugly\n+++ ugly\n@@ -1,4 +1,4 @@\n .:53 {\n-  errors # all\n-  whoami\n+    errors # all\n+    whoami\n }\n",
    );
  });

  it("writes nothing if one of them cannot be formatted, and says all that is wrong", async () => {
    const { code, stdout, stderr } = await fmt("-w", "ugly", "broken", "gone");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.split("\n")).toEqual([
      'broken:1: Unclosed "{" of ".:53": expected "}" before the end of the file',
      "gone:1: Cannot read: no such file or folder",
      "",
    ]);
    expect([read("ugly"), read("broken")]).toEqual([UGLY, BROKEN]);
    expect((await fmt("-w", "-")).stderr).toBe('Cannot write to "-": -w goes with files\n');
  });
});
