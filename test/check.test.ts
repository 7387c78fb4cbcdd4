import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Finished } from "./run-portolan.ts";
import { Portolan, endAll } from "./run-portolan.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-check-"));
afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write("good", ".:0 {\n    whoami\n}\n");
  write("note", ".:0 {\n    debug\n    whoami\n}\n");
  write(
    "warned",
    ".:0 {\n    hosts {\n        fallthrough\n    }\n    whoami\n    reload 4s 4s\n}\n",
  );
  write("wrong", ".:0 {\n    whoam\n    forward . 192.0.2.1 {\n        max_fails x\n    }\n}\n");
  write("late", ".:0 {\n    root nowhere\n    autopath @kubernetes\n    whoami\n}\n");
  write("empty.conf", "nameserver 192.0.2.1\n");
  write("path", ".:0 {\n    autopath ./empty.conf\n    whoami\n}\n");
  write("interface", ".:0 {\n    bind eth77\n    whoami\n}\n");
  write("there", ".:0 {\n    bind 192.0.2.1\n    log a.{$PORTOLAN_UNSET}\n    whoami\n}\n");
});

const check = (...args: string[]): Promise<Finished> =>
  new Portolan(["check", ...args], undefined, [], folder).finished;

interface Report {
  readonly findings: readonly Record<string, unknown>[];
}

async function findingsOf(...args: string[]): Promise<string[]> {
  const { stdout, stderr } = await check("-format", "json", ...args);
  expect(stderr).toBe("");
  return (JSON.parse(stdout) as Report).findings.map(({ file, line, column, rule }) => {
    return `${String(file)}:${String(line)}:${String(column)} ${String(rule)}`;
  });
}

describe("portolan check", () => {
  it.each([
    [["good"], 0, "good: ok, 1 server block\n", ""],
    [
      ["note", "-strict"],
      0,
      "note: ok, 1 server block\n",
      '[INFO] note:2: "debug" is on; remove it when the fault has been found (debug-on)\n',
    ],
    [
      ["warned"],
      0,
      "warned: ok, 1 server block\n",
      '[WARNING] warned:6: jitter "4s" counts as 2s, half of the interval; write that, or a longer interval (reload-jitter)\n',
    ],
    [["-strict", "warned"], 1, "warned: ok, 1 server block\n", "[WARNING] warned:6: jitter"],
    [
      ["good", "wrong"],
      1,
      "good: ok, 1 server block\n",
      'wrong:2: Unknown directive "whoam"; did you mean "whoami"?\nwrong:4: plugin/forward: cannot parse "x": not an integer\n',
    ],
    [
      ["gone", "good"],
      1,
      "good: ok, 1 server block\n",
      "gone:1: Cannot read: no such file or folder\n",
    ],
  ])("%j ends with %i", async (args, code, stdout, stderr) => {
    const finished = await check(...args);
    expect(finished).toMatchObject({ code, stdout });
    expect(finished.stderr.slice(0, stderr.length)).toBe(stderr);
  });

  it("knows places to the column, and what plugins warn of while they are made", async () => {
    expect(await findingsOf("warned", "wrong", "late")).toEqual([
      "warned:6:15 reload-jitter",
      "wrong:2:5 unknown-directive",
      "wrong:4:19 unusable-option",
      "late:2:5 start-warning",
      "late:3:5 no-effect",
    ]);
  });

  it("tells of what only a look into files shows", async () => {
    expect(await findingsOf("path")).toEqual(["path:2:5 no-effect"]);
  });

  it("leaves this machine out where the Corefile is for another one", async () => {
    expect(await findingsOf("there")).toEqual([
      "there:1:1 cannot-listen",
      "there:3:9 variable-unset",
    ]);
    expect(await findingsOf("interface")).toEqual(["interface:2:10 unusable-option"]);
    expect(await findingsOf("-elsewhere", "there", "interface")).toEqual([]);
  });

  it("tells GitHub of errors at their lines", async () => {
    const { code, stdout, stderr } = await check("-format", "github", "wrong");
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout.split("\n")).toContain(
      '::error file=wrong,line=2,col=5,title=unknown-directive::Unknown directive "whoam"; did you mean "whoami"?',
    );
  });

  it("writes SARIF and JSON also where nothing was found", async () => {
    const { code, stdout } = await check("--format=sarif", "good");
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { version: "2.1.0", runs: [{ results: [] }] },
    ]);
    expect(JSON.parse((await check("-format", "json", "good")).stdout)).toMatchObject({
      errors: 0,
    });
  });

  it("leaves out nothing, however much there is", async () => {
    const lines = Array.from({ length: 20_000 }, () => "        10.0.0.1 a.test\n").join("");
    writeFileSync(join(folder, "much"), `.:0 {\n    hosts {\n${lines}    }\n}\n`);
    const { code, stderr } = await check("much");
    expect([code, stderr.trimEnd().split("\n").length]).toEqual([0, 19_999]);
  });

  it("says which formats there are", async () => {
    expect(await check("-format", "sariff", "good")).toEqual({
      code: 1,
      stdout: "",
      stderr:
        'Cannot report as "sariff": expected text, json, sarif, github: did you mean "sarif"?\n',
    });
  });
});
