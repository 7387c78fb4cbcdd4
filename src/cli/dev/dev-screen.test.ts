import { beforeEach, expect, it } from "vitest";
import { until } from "../../testing/until.ts";
import { progressOf } from "./dev-progress.ts";
import { DevScreen } from "./dev-screen.ts";

/** Moved by hand. */
const START = new Date(2026, 11, 1, 9, 5, 7);
let clock = START;
const TIME = "09:05:07";

function later(ms: number): void {
  clock = new Date(clock.getTime() + ms);
}

beforeEach(() => {
  clock = START;
});

interface Seen {
  readonly screen: DevScreen;
  readonly lines: string[];
  readonly asked: string[];
}

function screenOf(
  isTerminal: boolean,
  reason: string | undefined = "there is no such thing",
): Seen {
  const lines: string[] = [];
  const asked: string[] = [];
  const screen = new DevScreen({
    write: (text) => lines.push(text),
    isTerminal,
    hasColours: false,
    columns: () => 100,
    clock: { now: () => clock.getTime() },
    zones: () => ["cluster.local."],
    explain: (name, type) => {
      asked.push(`${name} ${type}`);
      return Promise.resolve(reason);
    },
  });
  return { screen, lines, asked };
}

function query(qname: string, rcode = "NXDOMAIN"): string {
  return JSON.stringify({ level: "INFO", plugin: "log", msg: "", qname, qtype: "A", rcode });
}

it("says on a terminal what there is to know, and elsewhere who says it with which level", () => {
  const entry = { plugin: "connect", msg: 'Connected to "shop/web" port 80: pod "shop/web-1"' };
  const [terminal, file] = [screenOf(true), screenOf(false)];
  for (const { screen } of [terminal, file]) {
    screen.write(JSON.stringify({ level: "INFO", ...entry }));
  }
  expect(terminal.lines).toEqual([`${TIME} connected "shop/web" port 80: pod "shop/web-1"\n`]);
  expect(file.lines).toEqual([`[INFO] plugin/connect: ${entry.msg}\n`]);
});

it("lets nobody paint the terminal", () => {
  const { screen, lines } = screenOf(true);
  screen.write(JSON.stringify({ level: "INFO", msg: "\u001B[2Ja\nb\u202E" }));
  const shown = [String.raw`\u{1b}[2Ja`, String.raw`b\u{202e}`];
  expect(lines).toEqual([`${TIME}           ${shown.join(`\n${" ".repeat(19)}`)}\n`]);
});

it("says once why a name of the cluster does not resolve", async () => {
  const { screen, lines, asked } = screenOf(true);
  for (let i = 0; i < 2; i++) screen.write(query("web.shpo.svc.cluster.local."));
  await until(() => lines.length > 0);
  expect(lines).toEqual([`${TIME} failed    web.shpo.svc.cluster.local: there is no such thing\n`]);
  expect(asked).toEqual(["web.shpo.svc.cluster.local. A"]);
});

it("says once why names outside fail, not of each", () => {
  const { screen, lines } = screenOf(true);
  for (const name of ["a.example. A", "a.example. AAAA", "b.example. A"]) {
    const msg = `2 ${name}: Cannot forward to udp 192.0.2.1:53: i/o timeout`;
    screen.write(JSON.stringify({ level: "ERROR", plugin: "errors", msg }));
  }
  expect(lines).toEqual([
    `${TIME} failed    a.example (A): Cannot forward to udp 192.0.2.1:53: i/o timeout\n`,
  ]);
});

it("is silent about names outside, and about a type that a name does not have", () => {
  const { screen, asked } = screenOf(true);
  screen.write(query("nowhere.example."));
  // The search list at work.
  screen.write(query("web.shpo.svc.cluster.local.svc.cluster.local."));
  screen.write(query("web.shop.svc.cluster.local.", "NOERROR"));
  expect(asked).toEqual([]);
});

it("says the same words once in a while only, as of several parts that say them", () => {
  const { screen, lines } = screenOf(false);
  const entry = JSON.stringify({ level: "WARN", plugin: "forward", msg: "Cannot find servers" });
  for (let i = 0; i < 3; i++) screen.write(entry);
  expect(lines).toHaveLength(1);
  later(30_000);
  screen.write(entry);
  expect(lines).toHaveLength(2);
});

it("stays quiet, and explains little, when somebody tries 10,000 names", async () => {
  const { screen, lines, asked } = screenOf(true);
  for (let i = 0; i < 10_000; i++) screen.write(query(`n${i}.svc.cluster.local.`));
  await until(() => lines.length === 30);
  expect(asked).toHaveLength(30);
  later(1_000);
  for (let i = 0; i < 10; i++) screen.write(query(`m${i}.svc.cluster.local.`));
  await until(() => lines.length === 35);
  screen.stop();
  expect(lines[35]).toBe(
    `09:05:08           Not shown: 9975 names that do not resolve; more than 5 a second\n`,
  );
});

it("shows how far it is in one line of a terminal, which the next one takes the place of", () => {
  const { screen, lines } = screenOf(true);
  screen.sayProgress("Reading 1");
  screen.sayProgress("Reading 2");
  screen.say("Ready after 1 s");
  const erased = "\r\u001B[K";
  expect(lines).toEqual([
    `${TIME} reading   1`,
    erased,
    `${TIME} reading   2`,
    erased,
    `${TIME} ready     after 1 s\n`,
  ]);
  const file = screenOf(false);
  for (const text of ["Reading 1", "Reading 2"]) file.screen.sayProgress(text);
  expect(file.lines).toEqual(["[INFO] Reading 1\n"]);
  later(5_000);
  file.screen.sayProgress("Reading 3");
  expect(file.lines[1]).toBe("[INFO] Reading 3\n");
});

it("says nothing while somebody else asks at the terminal, and all of it then", () => {
  const { screen, lines } = screenOf(false);
  screen.holdBack();
  screen.say("a");
  screen.say("b");
  expect(lines).toEqual([]);
  screen.goOn();
  screen.say("c");
  expect(lines).toEqual(["[INFO] a\n", "[INFO] b\n", "[INFO] c\n"]);
});

it("hears its own questions, and shows none of them", () => {
  const { screen, lines } = screenOf(true);
  const heard: string[] = [];
  screen.onProbe = (name) => heard.push(name);
  screen.write(query("portolan-dev-1.default.svc.cluster.local."));
  expect({ heard, lines }).toEqual({
    heard: ["portolan-dev-1.default.svc.cluster.local."],
    lines: [],
  });
});

it.each([
  [[], 0, undefined],
  [[{ unsynced: [], trouble: undefined }], 7, undefined],
  [
    [
      { unsynced: ["Service"], trouble: undefined },
      { unsynced: ["Service", "EndpointSlice"], trouble: undefined },
    ],
    1_500,
    "Reading the cluster: 3 of 6 kinds of objects, 1500 so far",
  ],
  [
    [{ unsynced: ["Service"], trouble: "no connection to the API server" }],
    0,
    "Reading the cluster: 2 of 3 kinds of objects (no connection to the API server)",
  ],
])("progress of %j", (states, objects, expected) => {
  expect(progressOf(states, objects)).toBe(expected);
});
