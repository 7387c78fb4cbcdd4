import { readFileSync, rmSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import type { FakeSystem } from "../testing/fake-system.ts";
import { fakeSystem, putFile, treeOf } from "../testing/fake-system.ts";
import type { Plan } from "./back-end.ts";
import { MARK } from "./back-end.ts";
import { PLAIN_RESOLV_CONF } from "./back-ends/resolv-conf.ts";
import { NeedsRights, install, installedAlready } from "./install.ts";
import type { Journal } from "./journal.ts";
import { journalPath, readJournal, writeJournal } from "./journal.ts";
import { parseSetting } from "./setting.ts";
import { uninstall } from "./uninstall.ts";

const PATH = "/etc/resolv.conf";
const FILES = { [PATH]: "nameserver 192.0.2.1\n", "/etc/more": "x" };
const SETTING = parseSetting("127.0.0.1:53", ["cluster.local"], "off");

let system: FakeSystem;
afterEach(() => rmSync(system.root, { recursive: true }));

async function planned(more: Partial<Plan> = {}): Promise<Plan> {
  return { ...(await PLAIN_RESOLV_CONF.plan(system, SETTING)), ...more };
}

async function installed(): Promise<Journal> {
  await install(system, PLAIN_RESOLV_CONF, SETTING, { plan: await planned(), now: "now" });
  return readJournal(system) as Journal;
}

it("without root nothing is touched", async () => {
  system = fakeSystem(FILES, { isRoot: false });
  const before = treeOf(system.root);
  await expect(installed()).rejects.toThrow(NeedsRights);
  expect(treeOf(system.root)).toEqual(before);
});

it("what fails half way is taken back, with the reason", async () => {
  system = fakeSystem(FILES);
  const before = treeOf(system.root);
  system.on("reload it", () => ({ code: 1, stderr: "no such unit\n" }));
  const plan = await planned({ apply: [{ argv: ["reload", "it"] }] });
  const done = install(system, PLAIN_RESOLV_CONF, SETTING, { plan, now: "now" });
  await expect(done).rejects.toThrow('Cannot run "reload it": no such unit');
  expect(treeOf(system.root)).toEqual(before);
});

it("a file that cannot be written is named, and those before it are as they were", async () => {
  system = fakeSystem(FILES);
  const before = treeOf(system.root);
  const files = [
    { path: PATH, content: "new" },
    // A folder cannot be made in a file.
    { path: "/etc/more/x", content: "new" },
  ];
  const plan = await planned({ files });
  const done = install(system, PLAIN_RESOLV_CONF, SETTING, { plan, now: "now" });
  await expect(done).rejects.toThrow('Cannot write "/etc/more/x": ');
  expect(treeOf(system.root)).toEqual(before);
});

it("a crash in between is taken back by uninstall, and a second installation is refused", async () => {
  system = fakeSystem(FILES);
  const before = treeOf(system.root);
  const journal = await installed();
  writeJournal(system, { ...journal, state: "begun" });
  putFile(system.root, PATH, FILES[PATH] ?? "");
  putFile(system.root, `${PATH}.portolan-new`, "half a fi");
  expect(() => installedAlready(system, PLAIN_RESOLV_CONF, SETTING)).toThrow("was begun");
  expect(await uninstall(system, readJournal(system) as Journal, "ask")).toEqual([]);
  expect(treeOf(system.root)).toEqual(before);
});

it("another setting is not put over one that stands", async () => {
  system = fakeSystem(FILES);
  await installed();
  const other = parseSetting("127.0.0.1:53", ["staging.local"], "off");
  expect(() => installedAlready(system, PLAIN_RESOLV_CONF, other)).toThrow(
    "cluster.local to 127.0.0.1:53 is installed already",
  );
});

it.each([
  ["keep", `# ${MARK}\nnameserver 127.0.0.1\nnameserver 192.0.2.9\n`],
  ["restore", FILES[PATH] ?? ""],
] as const)("a file that somebody has changed stays, until -%s", async (onChange, after) => {
  system = fakeSystem(FILES);
  const changed = `# ${MARK}\nnameserver 127.0.0.1\nnameserver 192.0.2.9\n`;
  const journal = await installed();
  putFile(system.root, PATH, changed);
  expect((await uninstall(system, journal, "ask")).map(({ path }) => path)).toEqual([PATH]);
  expect(readFileSync(system.root + PATH, "utf8")).toBe(changed);
  expect(await uninstall(system, readJournal(system) as Journal, onChange)).toEqual([]);
  expect(readFileSync(system.root + PATH, "utf8")).toBe(after);
  expect(readJournal(system)).toBeUndefined();
});

it("a file that somebody has written anew has nothing of ours, and is let be", async () => {
  system = fakeSystem(FILES);
  const journal = await installed();
  putFile(system.root, PATH, "nameserver 192.0.2.77\n");
  expect(await uninstall(system, journal, "ask")).toEqual([]);
  expect(readFileSync(system.root + PATH, "utf8")).toBe("nameserver 192.0.2.77\n");
});

it.each(["", "{", "[]", '{"version":1,"files":[{}],"undo":[],"undoFirst":[],"folders":[]}'])(
  "a broken journal is told of, and not run: %j",
  (text) => {
    system = fakeSystem({ ...FILES, [journalPath({ platform: "linux" })]: text });
    expect(() => readJournal(system)).toThrow("it is broken");
  },
);
