import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import type { FakeSystem } from "../testing/fake-system.ts";
import { fakeSystem, putFile, treeOf } from "../testing/fake-system.ts";
import type { Plan } from "./back-end.ts";
import { MARK } from "./back-end.ts";
import { PLAIN_RESOLV_CONF } from "./back-ends/resolv-conf.ts";
import { NeedsRights, install, installedAlready } from "./install.ts";
import type { Journal } from "./journal.ts";
import { isAbandoned, journalPath, readJournal, writeJournal } from "./journal.ts";
import { parseSetting } from "./setting.ts";
import { statusOf } from "./status.ts";
import { takeBackOwn } from "./take-back.ts";
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

/** An installation for as long as a process runs. */
async function held(holder: number): Promise<Journal> {
  system = fakeSystem(FILES);
  const plan = await planned();
  await install(system, PLAIN_RESOLV_CONF, SETTING, { plan, now: "now", holder });
  return readJournal(system) as Journal;
}

async function status(): Promise<string> {
  const outcome = { addresses: [], isReply: true, text: "" };
  const answer = (): Promise<typeof outcome> => Promise.resolve(outcome);
  return (await statusOf(system, { server: answer, program: answer })).text;
}

it("what a process holds is taken back by it, and no other is installed meanwhile", async () => {
  const journal = await held(process.pid);
  expect(isAbandoned(journal)).toBe(false);
  expect(await status()).toContain(`It is taken back when process ${process.pid} ends`);
  expect(() => installedAlready(system, PLAIN_RESOLV_CONF, SETTING)).toThrow(
    `Cannot install: process ${process.pid} has set it up until it ends`,
  );
  expect(await takeBackOwn(system, process.pid)).toEqual({
    isDone: true,
    lines: ["All is as before"],
  });
  expect(readFileSync(system.root + PATH, "utf8")).toBe(FILES[PATH]);
});

it("a process takes back nothing that others have installed meanwhile", async () => {
  await held(process.pid);
  await uninstall(system, readJournal(system) as Journal, "ask");
  await installed();
  expect((await takeBackOwn(system, process.pid)).lines).toEqual([
    "Somebody has taken it back already",
  ]);
  expect(readJournal(system)?.state).toBe("done");
});

it("what a process held that was killed is told of, and can be taken back", async () => {
  const { pid } = spawnSync("true");
  const journal = await held(pid);
  expect(isAbandoned(journal)).toBe(true);
  expect(await status()).toContain(
    `Process ${pid} was to take it back, and is gone: portolan stub uninstall`,
  );
  await uninstall(system, journal, "ask");
  expect(readFileSync(system.root + PATH, "utf8")).toBe(FILES[PATH]);
});
