import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { BACK_END_NAMES } from "../cli/commands/stub.ts";
import type { FakeSystem } from "../testing/fake-system.ts";
import { MACHINES, PLAIN, RESOLVED, machineOf } from "../testing/fake-machines.ts";
import { fakeSystem, treeOf } from "../testing/fake-system.ts";
import { BACK_ENDS, chooseBackEnd } from "./back-ends.ts";
import { install, installedAlready } from "./install.ts";
import { readJournal } from "./journal.ts";
import { parseSetting } from "./setting.ts";
import { showPlan } from "./show.ts";
import { uninstall } from "./uninstall.ts";

let system: FakeSystem;
afterEach(() => rmSync(system.root, { recursive: true }));

describe.each(Object.entries(MACHINES))("%s", (name, machine) => {
  it("is set up as its golden file says, once, and byte by byte as before afterwards", async () => {
    const { using, server = "127.0.0.1:10053" } = machine;
    system = machineOf(machine);
    const before = treeOf(system.root);
    const setting = parseSetting(server, ["cluster.local", "10.96.0.0/15"], undefined);
    const backEnd = await chooseBackEnd(system, using);
    expect(backEnd.name).toBe(machine.backEnd);

    const plan = await backEnd.plan(system, setting);
    const shown = showPlan(system, backEnd, setting, plan);
    system.commands.length = 0;
    await install(system, backEnd, setting, { plan, now: "now" });
    expect(installedAlready(system, backEnd, setting)?.state).toBe("done");
    for (const { path, content } of plan.files) {
      expect(treeOf(system.root)[path.slice(1)]).toBe(`644 ${content}`);
    }
    const journal = readJournal(system);
    if (!journal) throw new Error("there is no journal");
    system.commands.push("-- uninstall");
    await uninstall(system, journal, "ask");
    expect(treeOf(system.root)).toEqual(before);

    const golden = `${shown}\n-- install\n${system.commands.join("\n")}\n`;
    await expect(golden).toMatchFileSnapshot(
      join(import.meta.dirname, "testdata", `${name}.golden`),
    );
  });
});

it.each([
  ["Global: 192.0.2.7\nLink 2 (eth0): 192.0.2.1\n", "has global servers"],
  ["Global:\nLink 2 (eth0):\n", "knows no server of a link"],
])("a drop-in is not taken where it would be asked for all: %j", async (stdout, reason) => {
  system = fakeSystem(RESOLVED);
  system.on("resolvectl dns", () => ({ stdout }));
  await expect(chooseBackEnd(system, "resolved-drop-in")).rejects.toThrow(reason);
});

it("systemd-resolved that has ended is not taken for one that runs by the socket that it leaves", async () => {
  system = fakeSystem(RESOLVED);
  system.on("resolvectl dns", () => ({ code: 1 }));
  await expect(chooseBackEnd(system, "resolved-drop-in")).rejects.toThrow("does not answer");
});

it("a system that none fits is told why, one by one", async () => {
  system = fakeSystem({}, { platform: "freebsd" });
  const known = BACK_ENDS.filter(({ isOnlyNamed }) => !isOnlyNamed).map(({ name }) => name);
  const error = await chooseBackEnd(system, undefined).catch((cause: Error) => cause.message);
  for (const name of known) expect(error).toContain(`${name}: `);
});

it("a back end that does not exist is not taken, and the command line offers those that do", async () => {
  system = fakeSystem({});
  await expect(chooseBackEnd(system, "dnsmasq")).rejects.toThrow("known are resolved-delegate,");
  expect(BACK_ENDS.map(({ name }) => name)).toEqual([...BACK_END_NAMES]);
});

it("a resolv.conf that is a link is left to those who write it", async () => {
  system = fakeSystem({ "/run/other": "nameserver 192.0.2.1\n" });
  const { symlinkSync, mkdirSync } = await import("node:fs");
  mkdirSync(`${system.root}/etc`);
  symlinkSync("../run/other", `${system.root}/etc/resolv.conf`);
  await expect(chooseBackEnd(system, "resolv.conf")).rejects.toThrow('a link to "../run/other"');
});

it.each(["resolv.conf", "windows"])("%s cannot ask at another port than 53", async (using) => {
  const platform = using === "windows" ? "win32" : "linux";
  system = fakeSystem(PLAIN, { platform });
  const backEnd = await chooseBackEnd(system, using);
  const setting = parseSetting("127.0.0.1:10053", [], undefined);
  await expect(backEnd.plan(system, setting)).rejects.toThrow("port 53 only");
});
