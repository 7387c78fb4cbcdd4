import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Metrics } from "../../observe/metrics.ts";
import { recordingLog, testDirective } from "../../testing/context.ts";
import { until } from "../../testing/until.ts";
import { TimerWheel } from "../../upstream/timer-wheel.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { FollowedUpstreams } from "./followed-upstreams.ts";
import { isOwnServerBlock } from "./own-server-block.ts";
import { parseForward } from "./parse.ts";

const LOOK_MS = 2_000;

let folder = "";
let lists: string[][] = [];
let upstreams: readonly Upstream[] = [];
let lines: string[] = [];
let followed: FollowedUpstreams | undefined;
const wheel = new TimerWheel();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "follow-"));
  lists = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
  followed?.stop();
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

async function write(...servers: readonly string[]): Promise<void> {
  const text = servers.map((server) => `nameserver ${server}\n`).join("");
  await writeFile(join(folder, "new"), text);
  await rename(join(folder, "new"), join(folder, "resolv.conf"));
}

async function start(): Promise<void> {
  const recorded = recordingLog();
  lines = recorded.lines;
  const path = join(folder, "resolv.conf");
  followed = new FollowedUpstreams({
    options: parseForward(testDirective(`forward . ${path} {\nfollow\n}`)),
    around: { wheel, metrics: new Metrics(), pathOf: (one) => one },
    group: {
      replace(list) {
        upstreams = list;
        lists.push(list.map(({ to }) => to));
      },
    },
    log: recorded.log,
    isOwn: ({ host }) => host === "127.53.0.1",
    isLoop: ({ to }) => Promise.resolve(to === "127.0.0.53:53"),
  });
  await followed.start();
}

/** Lets the file be looked at. */
async function look(isSeen: () => boolean): Promise<void> {
  await until(() => {
    vi.advanceTimersByTime(LOOK_MS);
    return isSeen();
  });
}

describe("followed upstreams", () => {
  it("are those that the file names now; who stays is the same one", async () => {
    await write("192.0.2.1", "192.0.2.2");
    await start();
    const [, second] = upstreams;
    await write("192.0.2.2", "192.0.2.3");
    await look(() => lists.length === 2);
    expect(lists).toEqual([
      ["192.0.2.1:53", "192.0.2.2:53"],
      ["192.0.2.2:53", "192.0.2.3:53"],
    ]);
    expect(upstreams[0]).toBe(second);
    expect(lines).toEqual(["info: Forwarding to other servers from now on: 192.0.2.2, 192.0.2.3"]);
  });

  it("are never this server, and those of before while the file names nobody else", async () => {
    await write("127.53.0.1", "192.0.2.1");
    await start();
    await write("127.53.0.1");
    await look(() => lines.length === 1);
    expect(lists).toEqual([["192.0.2.1:53"]]);
    expect(lines).toEqual([
      "warn: Cannot find servers to forward to: no server is named but this one (127.53.0.1); those of before are asked",
    ]);
  });

  it("are left out if they forward to this server, until the file names others", async () => {
    await write("127.0.0.53", "192.0.2.1");
    await start();
    await until(() => lists.length === 2);
    expect(lists).toEqual([["127.0.0.53:53", "192.0.2.1:53"], ["192.0.2.1:53"]]);
    expect(lines).toEqual([
      "warn: Not forwarding to 127.0.0.53:53 any more: it forwards to this server",
    ]);
    await write("127.0.0.53");
    await look(() => lists.length === 4);
    expect(lists.slice(2)).toEqual([["127.0.0.53:53"], []]);
  });

  it("may come later than the start", async () => {
    await start();
    expect(lists).toEqual([]);
    const path = join(folder, "resolv.conf");
    const trouble = "warn: Cannot find servers to forward to";
    expect(lines).toEqual([`${trouble}: "${path}": no such file or folder`]);
    await write();
    await look(() => lines.length === 2);
    expect(lines[1]).toBe(`${trouble}: "${path}" names no server`);
    await write("192.0.2.1");
    await look(() => lists.length === 1);
    expect(lists).toEqual([["192.0.2.1:53"]]);
  });
});

describe("an address of this server", () => {
  const on = (listenOn: string[], serverLabel: string) => ({
    settings: { listenOn, listenExcept: [], root: "", debug: false },
    serverLabel,
  });

  it.each([
    ["127.0.0.1", 53, on([], "dns://:53"), true],
    ["192.0.2.7", 53, on([], "dns://:53"), true],
    ["192.0.2.8", 53, on([], "dns://:53"), false],
    ["127.0.0.1", 53, on([], "dns://:1053"), false],
    ["127.0.0.1", 53, on(["127.53.0.1"], "dns://127.53.0.1:53"), false],
    ["127.53.0.1", 53, on(["127.53.0.1"], "dns://127.53.0.1:53"), true],
  ])("is %s port %i or not, as it listens", (host, port, context, isOwn) => {
    expect(isOwnServerBlock({ host, port }, context, ["192.0.2.7"])).toBe(isOwn);
  });
});
