import { expect, it } from "vitest";
import { until } from "../../testing/until.ts";
import { progressOf } from "./dev-progress.ts";
import { DevScreen } from "./dev-screen.ts";

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
    screen.write(JSON.stringify({ level: "WARN", ...entry }));
  }
  expect(terminal.lines).toEqual([`${entry.msg}\n`, `warning: ${entry.msg}\n`]);
  expect(file.lines).toEqual([
    `[INFO] plugin/connect: ${entry.msg}\n`,
    `[WARNING] plugin/connect: ${entry.msg}\n`,
  ]);
});

it("lets nobody paint the terminal", () => {
  const { screen, lines } = screenOf(true);
  screen.write(JSON.stringify({ level: "INFO", msg: "\u001B[2Ja\nb\u202E" }));
  expect(lines).toEqual([String.raw`\u{1b}[2Ja` + "\n  b" + String.raw`\u{202e}` + "\n"]);
});

it("says once why a name of the cluster does not resolve", async () => {
  const { screen, lines, asked } = screenOf(true);
  for (let i = 0; i < 2; i++) screen.write(query("web.shpo.svc.cluster.local."));
  await until(() => lines.length > 0);
  expect(lines).toEqual([
    "warning: web.shpo.svc.cluster.local does not resolve: there is no such thing\n",
  ]);
  expect(asked).toEqual(["web.shpo.svc.cluster.local. A"]);
});

it("is silent about names outside, and about a type that a name does not have", () => {
  const { screen, asked } = screenOf(true);
  screen.write(query("nowhere.example."));
  screen.write(query("web.shop.svc.cluster.local.", "NOERROR"));
  expect(asked).toEqual([]);
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
  [[], undefined],
  [[{ unsynced: [], trouble: undefined }], undefined],
  [
    [
      { unsynced: ["Service"], trouble: undefined },
      { unsynced: ["Service", "EndpointSlice"], trouble: undefined },
    ],
    "Reading the cluster: 3 of 6 kinds of objects",
  ],
  [
    [{ unsynced: ["Service"], trouble: "no connection to the API server" }],
    "Reading the cluster: 2 of 3 kinds of objects (no connection to the API server)",
  ],
])("progress of %j", (states, expected) => {
  expect(progressOf(states)).toBe(expected);
});
