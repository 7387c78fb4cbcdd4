import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { closeSync, readSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectUdp, packetOf } from "../src/transport/transport.cases.ts";
import { freePort } from "./bench/free-port.ts";
import { ROOT } from "./run-portolan.ts";

/** With lines of a thousand octets, several times of what is kept for the reader. */
const QUERIES = 4_000;
const WINDOW = 20;
const RESEND_MS = 1_000;
const PROGRAM = join(ROOT, "dist/main.js");

const folder = mkdtempSync(join(tmpdir(), "portolan-stalled-"));
const fds: number[] = [];
let children: ChildProcess[] = [];
let ports: { dns: number; metrics: number };
let corefile: string;

beforeAll(async () => {
  ports = { dns: await freePort(), metrics: await freePort() };
  corefile = join(folder, "Corefile");
  writeFileSync(
    corefile,
    `.:${ports.dns} {
  bind 127.0.0.1
  log . "{name} ${"x".repeat(1_000)}"
  prometheus 127.0.0.1:${ports.metrics}
  whoami
}
`,
  );
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  for (const fd of fds.splice(0)) closeSync(fd);
});
afterAll(() => rmSync(folder, { recursive: true }));

function open(path: string, flags: number): number {
  const fd = openSync(path, flags);
  fds.push(fd);
  return fd;
}

/** A pipe, full to the brim, that nobody reads yet. */
function fullPipe(): { reader: number; writer: number } {
  const path = join(folder, "pipe");
  rmSync(path, { force: true });
  execFileSync("mkfifo", [path]);
  const reader = open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const filler = open(path, constants.O_WRONLY | constants.O_NONBLOCK);
  for (const octets of [4_096, 1]) fill(filler, Buffer.alloc(octets, "\n"));
  return { reader, writer: open(path, constants.O_WRONLY) };
}

function fill(fd: number, chunk: Buffer): void {
  try {
    for (;;) writeSync(fd, chunk);
  } catch {
    // EAGAIN: no more room.
  }
}

function serve(stdout: number | "pipe", args = ["-conf", corefile]): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ["ignore", stdout, stdout],
  });
  children.push(child);
  return child;
}

/** Asks with a few queries under way, again where one got lost, and counts the replies. */
async function askMany(count: number): Promise<number> {
  const socket = await connectUdp(ports.dns);
  socket.on("error", () => undefined);
  const waiting = new Set<number>();
  let next = 0;
  let answered = 0;
  const done = Promise.withResolvers<void>();
  const send = (id: number): void => {
    waiting.add(id);
    socket.send(packetOf(id));
  };
  socket.on("message", (reply: Buffer) => {
    if (!waiting.delete(reply.readUInt16BE(0))) return;
    if (++answered === count) done.resolve();
    else if (next < count) send(next++);
  });
  while (next < Math.min(WINDOW, count)) send(next++);
  const again = setInterval(() => waiting.forEach(send), RESEND_MS);
  await done.promise;
  clearInterval(again);
  socket.close();
  return answered;
}

async function droppedLines(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${ports.metrics}/metrics`);
  const [, value] = /^portolan_log_lines_dropped_total (\d+)$/m.exec(await response.text()) ?? [];
  return Number(value);
}

/** Reads until a line matches. */
async function readUntil(fd: number, pattern: RegExp): Promise<RegExpExecArray> {
  const buffer = Buffer.alloc(65_536);
  for (let text = ""; ;) {
    try {
      text = text.slice(-1_000) + buffer.toString("latin1", 0, readSync(fd, buffer));
    } catch {
      // EAGAIN: nothing there at this moment.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const match = pattern.exec(text);
    if (match) return match;
  }
}

async function codeOf(child: ChildProcess): Promise<unknown> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode ?? child.signalCode;
}

describe("every query is answered, and SIGTERM ends the process, while standard output is", () => {
  it.each([
    ["a pipe that nobody reads", () => fullPipe().writer],
    ["a socket that nobody reads", () => "pipe" as const],
    ["a disk that is full", () => open("/dev/full", constants.O_WRONLY)],
    [
      "a pipe whose reader has gone",
      () => {
        const { reader, writer } = fullPipe();
        closeSync(fds.splice(fds.indexOf(reader), 1)[0] ?? -1);
        return writer;
      },
    ],
  ])("%s", async (_what, stdout) => {
    const child = serve(stdout());
    expect(await askMany(QUERIES)).toBe(QUERIES);
    expect(await droppedLines()).toBeGreaterThan(0);
    child.kill("SIGTERM");
    expect(await codeOf(child)).toBe(0);
  });
});

it("says how many lines are missing when the reader is back", async () => {
  const { reader, writer } = fullPipe();
  const child = serve(writer);
  await askMany(QUERIES);
  const dropped = await droppedLines();
  const line = /^\[WARNING\] Cannot write log: (\d+) lines left out here \(nobody read them\)$/m;
  expect(Number((await readUntil(reader, line))[1])).toBe(dropped);
  await askMany(1);
  await readUntil(reader, /^\[INFO\] a\. x+$/m);
  child.kill("SIGTERM");
  await readUntil(reader, /SIGTERM: Shutting down servers then terminating/);
  expect(await codeOf(child)).toBe(0);
});

it("a start that fails ends, though nobody reads why", async () => {
  const child = serve(fullPipe().writer, ["-conf", join(folder, "none")]);
  expect(await codeOf(child)).toBe(1);
});

it("a listing ends quietly when its reader has gone", async () => {
  const { reader, writer } = fullPipe();
  closeSync(fds.splice(fds.indexOf(reader), 1)[0] ?? -1);
  expect(await codeOf(serve(writer, ["-plugins"]))).toBe(0);
});
