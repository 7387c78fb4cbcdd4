import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Instance } from "../../server/contract/plugin.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { startServer } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import { on } from "./index.ts";
import { parseOn } from "./parse.ts";
import { splitCommand } from "./split-command.ts";

const folder = mkdtempSync(join(tmpdir(), "on-"));
afterAll(() => rmSync(folder, { recursive: true }));

const lines = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];

/** A command that writes a word into a file, when another file is there. */
function write(word: string, file: string, gate = ""): string {
  const wait = gate === "" ? "" : `until [ -e ${gate} ]; do sleep 0.01; done; `;
  return `sh -c "'${wait}echo ${word} >> ${file}'"`;
}

function make(...texts: readonly string[]): { instance: Instance; logged: string[] } {
  const { log, lines: logged } = recordingLog();
  const all = texts.map((text) => on.parse(testDirective(text)));
  const instance = on.create?.(on.merge?.(all), testContext({ log }));
  if (!instance) throw new Error("no instance");
  return { instance, logged };
}

describe("on", () => {
  it("runs commands of the start in their order, and lets others run beside them", async () => {
    const [file, gate] = [join(folder, "order"), join(folder, "gate")];
    const { instance, logged } = make(
      `on startup ${write("first", file, gate)}`,
      `on startup ${write("second", file)}`,
    );
    const beside = make(`on startup ${write("beside", gate)} &`);
    instance.serving?.();
    expect(logged).toHaveLength(1);
    beside.instance.serving?.();
    await until(() => lines(file).length === 2);
    expect(lines(file)).toEqual(["first", "second"]);
    expect(logged[0]).toMatch(/^info: Blocking Command "sh -c until .* with ID [-0-9a-f]{36}$/);
    expect(beside.logged[0]).toMatch(/^info: Nonblocking Command /);
  });

  it("waits with the end for commands of the end, and for no others", async () => {
    const [file, never] = [join(folder, "end"), join(folder, "never")];
    const { instance } = make(
      `on shutdown ${write("one", file)}`,
      `on shutdown ${write("never", file, never)} &`,
      `on shutdown ${write("two", file)}`,
    );
    await instance.drain?.();
    expect(lines(file)).toEqual(["one", "two"]);
    make(`on startup touch ${never}`).instance.serving?.();
    await until(() => lines(file).length === 3);
  });

  it.each([
    ["on shutdown false", 'error: Command "false" failed: exit status 1'],
    ["on shutdown no-such-command a", "ENOENT"],
    [`on shutdown sh -c "'kill -9 $$'"`, "failed: SIGKILL"],
  ])("tells what goes wrong, once: %s", async (text, message) => {
    const { instance, logged } = make(text);
    await instance.drain?.();
    const errors = logged.filter((line) => line.startsWith("error: "));
    expect(errors).toEqual([expect.stringContaining(message)]);
  });

  it("runs with the server: at the start, at each reload, and at its end", async () => {
    const file = join(folder, "server");
    const corefile = `.:{{PORT}} {
  bind 127.0.0.1
  on startup ${write("up", file)}
  on Shutdown ${write("down", file)}
  whoami
}`;
    const server = await startServer({ corefile });
    await until(() => lines(file).length === 1);
    server.corefile = `${corefile}\n`;
    await server.server.reload();
    await until(() => lines(file).length === 2);
    await server.stop();
    expect(lines(file)).toEqual(["up", "up", "down"]);
  });
});

describe("the directive on", () => {
  it.each([
    ["on startup cmd arg1 arg2", "startup", ["cmd", "arg1", "arg2"], false],
    ["on SHUTDOWN cmd arg1 &", "shutdown", ["cmd", "arg1"], true],
    [`on startup "cmd 'a b' c"`, "startup", ["cmd", "a b", "c"], false],
    ["on startup &", "startup", ["&"], false],
  ])("reads %j", (text, event, words, isBackground) => {
    const [command, ...args] = words;
    expect(parseOn(testDirective(text))).toEqual({ event, command, args, isBackground });
  });

  it.each([
    ["on", "Corefile:2: plugin/on: missing argument"],
    ["on startup", "Corefile:2: plugin/on: missing command"],
    ["on startup ''", "missing command"],
    ["on xyz cmd", 'unknown event "xyz", expected "startup" or "shutdown"'],
    ["on startop cmd", 'did you mean "startup"?'],
    ["on certrenew cmd", 'cannot use event "certrenew": no certificate is renewed here'],
    [`on startup "cmd 'a"`, "cannot parse command: a quote is not closed: '"],
    ["on startup cmd {\n}", 'unexpected "{"'],
  ])("refuses %j", (text, message) => {
    expect(() => parseOn(testDirective(text))).toThrow(message);
  });
});

it.each([
  ["a  b\tc", ["a", "b", "c"]],
  ["a 'b \"c' \"d 'e\"", ["a", 'b "c', "d 'e"]],
  ['a\\ b \'c\\d\' "e\\"f"', ["a b", "c\\d", 'e"f']],
  ["a'b'\"c\" ''", ["abc", ""]],
  ["a #b\nc d#e", ["a", "c", "d#e"]],
  ["", []],
])("a command is split: %j", (text, words) => {
  expect(splitCommand(text)).toEqual(words);
});

it.each(["a 'b", 'a "b', "a\\"])("a command is not whole: %j", (text) => {
  expect(() => splitCommand(text)).toThrow(SyntaxError);
});
