import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HttpHandler } from "../../http/http-endpoints.ts";
import { HttpEndpoints } from "../../http/http-endpoints.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { health } from "./index.ts";
import { SelfCheck } from "./self-check.ts";

/** HTTP endpoints that remember the ports they were given, and as whom they were asked. */
class RecordingEndpoints extends HttpEndpoints {
  readonly ports: number[] = [];
  readonly hosts: (string | undefined)[] = [];

  override async serve(
    address: string,
    path: string,
    handler: HttpHandler,
  ): ReturnType<HttpEndpoints["serve"]> {
    const served = await super.serve(address, path, (...asked) => {
      this.hosts.push(asked[0].headers.host);
      return handler(...asked);
    });
    this.ports.push(served.port);
    return served;
  }
}

const started: Instance[] = [];
let http = new RecordingEndpoints();
let metrics = new Metrics();
let recording = recordingLog();

beforeEach(() => {
  http = new RecordingEndpoints();
  metrics = new Metrics();
  recording = recordingLog();
});

afterEach(async () => {
  vi.useRealTimers();
  for (const instance of started.splice(0)) await instance.stop?.();
});

function make(directive: string): Instance {
  const context = testContext({ directive, metrics, log: recording.log, host: { http } });
  const instance = health.create?.(health.parse(context.directive), context) ?? {};
  started.push(instance);
  return instance;
}

async function fetchText(path = "/health"): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${http.ports[0]}${path}`);
  return [response.status, await response.text()];
}

async function counted(name: string): Promise<number> {
  const line = new RegExp(`^coredns_health_${name} (\\d+)$`, "m").exec(await metrics.text());
  return Number(line?.[1] ?? Number.NaN);
}

/** Without the line that tells which port was free. */
function besidesPort(lines: readonly string[]): string[] {
  return lines.filter((line) => !/^info: Serving \/health on port \d+$/.test(line));
}

describe("health", () => {
  it("answers 200 OK at /health", async () => {
    await make("health 127.0.0.1:0").start?.();
    expect(await fetchText()).toEqual([200, "OK"]);
    expect((await fetchText("/healthz"))[0]).toBe(404);
  });

  it("goes on answering while it is a lame duck, for as long as that lasts", async () => {
    const instance = make("health 127.0.0.1:0 {\n lameduck 1s\n}");
    await instance.start?.();
    let isOver = false;
    const drained = instance.drain?.().then(() => {
      isOver = true;
    });
    expect(besidesPort(recording.lines)).toEqual(["info: Going into lameduck mode for 1s"]);
    expect([await fetchText(), isOver]).toEqual([[200, "OK"], false]);
    await drained;
    expect(await fetchText()).toEqual([200, "OK"]);
  });

  it("is no lame duck unless told to be", async () => {
    const instance = make("health 127.0.0.1:0");
    await instance.drain?.();
    expect(besidesPort(recording.lines)).toEqual([]);
  });

  it("stops answering when the server has stopped", async () => {
    const instance = make("health 127.0.0.1:0");
    await instance.start?.();
    await instance.stop?.();
    await expect(fetchText()).rejects.toThrow("fetch failed");
  });

  it("goes on answering when a successor has taken over, as in a reload", async () => {
    const [old, successor] = [make("health 127.0.0.1:0"), make("health 127.0.0.1:0")];
    await old.start?.();
    await successor.start?.();
    await old.stop?.();
    expect(await fetchText()).toEqual([200, "OK"]);
  });

  it("asks itself once a second and measures that", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await make("health 127.0.0.1:0").start?.();
    expect(await counted("request_duration_seconds_count")).toBe(0);
    for (const count of [1, 2]) {
      vi.advanceTimersByTime(1_000);
      await expect.poll(() => counted("request_duration_seconds_count")).toBe(count);
    }
    expect(await counted("request_failures_total")).toBe(0);
    expect(besidesPort(recording.lines)).toEqual([]);
  });
});

it("asks itself by an address, since a container may have no /etc/hosts", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  await make("health :0").start?.();
  vi.advanceTimersByTime(1_000);
  await expect.poll(() => http.hosts).toEqual([`127.0.0.1:${http.ports[0]}`]);
});

describe("the self-check", () => {
  it("counts and logs requests that fail", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const check = new SelfCheck(testContext({ metrics, log: recording.log }));
    check.start({ host: "127.0.0.1", port, path: "/health" });
    vi.advanceTimersByTime(1_000);
    await expect.poll(() => counted("request_failures_total")).toBe(1);
    expect(await counted("request_duration_seconds_count")).toBe(1);
    expect(besidesPort(recording.lines)).toEqual([
      `warn: Local health request to "http://127.0.0.1:${port}/health" failed: socket hang up`,
    ]);
    check.stop();
    server.close();
  });

  it("takes any status but 200 for a failure", async () => {
    const { port, close } = await http.serve("127.0.0.1:0", "/", (_request, response) => {
      response.writeHead(503).end();
    });
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const check = new SelfCheck(testContext({ metrics, log: recording.log }));
    check.start({ host: "127.0.0.1", port, path: "/" });
    vi.advanceTimersByTime(1_000);
    await expect.poll(() => counted("request_failures_total")).toBe(1);
    expect(besidesPort(recording.lines)).toEqual([
      `warn: Local health request to "http://127.0.0.1:${port}/" failed: status 503`,
    ]);
    check.stop();
    await close();
  });

  it("has one request at a time, and takes no failure of a stopped one for a failure", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.resume();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const check = new SelfCheck(testContext({ metrics, log: recording.log }));
    check.start({ host: "127.0.0.1", port: (server.address() as AddressInfo).port, path: "/" });
    vi.advanceTimersByTime(5_000);
    await expect.poll(() => connections).toBe(1);
    check.stop();
    await new Promise((resolve) => server.close(resolve));
    expect([connections, await counted("request_failures_total")]).toEqual([1, 0]);
    expect(besidesPort(recording.lines)).toEqual([]);
  });
});

describe("the directive health", () => {
  it("listens on port 8080 of all addresses by default", () => {
    expect(health.parse(testDirective("health"))).toEqual({ address: ":8080", lameduckMs: 0 });
    expect(health.parse(testDirective("health [::1]:80 {\n lameduck 1m30s\n}"))).toEqual({
      address: "[::1]:80",
      lameduckMs: 90_000,
    });
  });

  it.each([
    ["health 8080", 'Corefile:2: plugin/health: cannot parse address "8080": expected HOST:PORT'],
    ["health :1 :2", 'unexpected argument ":2": "health" takes 0 to 1 argument'],
    ["health {\n lameduck\n}", 'Corefile:3: plugin/health: missing argument: "lameduck"'],
    ["health {\n lameduck 5\n}", 'cannot parse "5": not a duration'],
    ["health {\n lameduck -5s\n}", 'cannot parse "-5s": less than 0 ms'],
    ["health {\n lame 5s\n}", 'Corefile:3: plugin/health: unknown property "lame"'],
  ])("is refused: %j", (text, message) => {
    expect(() => health.parse(testDirective(text))).toThrow(message);
  });
});
