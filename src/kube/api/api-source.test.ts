import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Metrics } from "../../observe/metrics.ts";
import { pass, passUntil, stopTime } from "../../testing/hand-clock.ts";
import { recordingLog } from "../../testing/context.ts";
import { until } from "../../testing/until.ts";
import type { ApiAccess } from "./access.ts";
import { AccessError } from "./access.ts";
import { ApiSource } from "./api-source.ts";
import {
  accessTo,
  added,
  apiService,
  bookmark,
  brokenList,
  failureOf,
  listOf,
  NotingSink,
  ONLY_SERVICES,
  ScriptedApi,
  sourceOf,
  watchOf,
} from "./testing.ts";

const SERVICES = "/api/v1/services";
const A = added(apiService("a", "5"));
const B = added(apiService("b", "6"));
const END = bookmark("10", true);

let api: ScriptedApi;
let source: ApiSource | undefined;
let sink: NotingSink;
let metrics: Metrics;
let lines: string[];

beforeEach(async () => {
  stopTime();
  api = await ScriptedApi.start();
  api.script("/api/v1/namespaces", watchOf(bookmark("10", true, "Namespace")));
  sink = new NotingSink();
});

afterEach(async () => {
  vi.useRealTimers();
  await source?.stop();
  await api[Symbol.asyncDispose]();
});

async function start(access: ApiAccess = accessTo(api.url)): Promise<void> {
  const recorder = recordingLog();
  ({ lines } = recorder);
  metrics = new Metrics();
  source = sourceOf(access, recorder.log, metrics);
  await source.start(sink);
}

/** Waits until the sink has been told these of Services, one after the other. */
async function expectNotes(...notes: readonly string[]): Promise<void> {
  const own = (): string[] => sink.notes.filter((note) => note !== "synced Namespace");
  await eventually(own).toEqual(notes);
}

/** What is expected of a value once some time has passed. */
function eventually<T>(value: () => T) {
  return expect.poll(async () => {
    await pass(25);
    return value();
  });
}

/** What Services were asked for: the parameters that differ. */
function asked(): string[] {
  return api.asked
    .filter(({ path }) => path === SERVICES)
    .map(({ query }) => {
      if (query.has("sendInitialEvents")) return "stream";
      if (!query.has("watch")) return `list ${query.get("continue") ?? ""}`.trim();
      return `watch ${query.get("resourceVersion")}`;
    });
}

describe("a source over an API server", () => {
  it("tells of all objects, says so, and goes on with the changes", async () => {
    const removed = { type: "DELETED", object: apiService("a", "12") };
    api.script(SERVICES, watchOf(A, B, END, added(apiService("c", "11")), removed));
    await start();
    await expectNotes("+ a", "+ b", "synced Service", "+ c", "- a");
    const [request] = api.asked.filter(({ path }) => path === SERVICES);
    const { timeoutSeconds, ...parameters } = Object.fromEntries(request?.query ?? []);
    expect(parameters).toEqual({
      watch: "1",
      allowWatchBookmarks: "true",
      sendInitialEvents: "true",
      resourceVersionMatch: "NotOlderThan",
    });
    expect(Number(timeoutSeconds)).toBeGreaterThanOrEqual(300);
    expect(Number(timeoutSeconds)).toBeLessThan(600);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^info: Watching the API server of a test: 0 namespaces, 2 services, read in \d+\.\d\d s$/,
    );
  });

  it("asks a server that may be far away for compressed lists, page by page, and then for changes", async () => {
    api.script(
      SERVICES,
      listOf("20", [apiService("a", "5")], "more"),
      listOf("20", [apiService("b", "6")], "rest"),
      listOf("20", []),
      watchOf(added(apiService("c", "21"))),
    );
    api.script("/api/v1/namespaces", listOf("20", []));
    await start(accessTo(api.url, () => ({ isFar: true })));
    await expectNotes("+ a", "+ b", "synced Service", "+ c");
    expect(asked()).toEqual(["list", "list more", "list rest", "watch 20"]);
    const own = api.asked.filter(({ path }) => path === SERVICES);
    expect(own.map(({ query }) => query.get("limit"))).toEqual(["500", "1000", "2000", null]);
    expect(own[0]?.headers["accept-encoding"]).toBe("gzip");
  });

  it("begins a compressed list again that breaks off", async () => {
    api.script(SERVICES, brokenList(), listOf("20", [apiService("a", "5")]), watchOf());
    await start(accessTo(api.url, () => ({ isFar: true })));
    await expectNotes("+ a", "synced Service");
    expect(asked().slice(0, 2)).toEqual(["list", "list"]);
  });

  it("lists page by page where the server cannot stream, and never asks for that again", async () => {
    api.script(
      SERVICES,
      failureOf(422, { reason: "Invalid" }),
      listOf("20", [apiService("a", "5")], "more"),
      listOf("20", [apiService("b", "6")]),
      watchOf(added(apiService("c", "21")), {
        type: "ERROR",
        object: { kind: "Status", code: 410 },
      }),
      listOf("30", [apiService("c", "21")]),
      watchOf(),
    );
    await start();
    await expectNotes("+ a", "+ b", "synced Service", "+ c", "+ c", "- a", "- b");
    await eventually(asked).toHaveLength(6);
    expect(asked()).toEqual(["stream", "list", "list more", "watch 20", "list", "watch 30"]);
  });

  it("reads everything anew after 410, and takes away only then what has vanished", async () => {
    api.script(
      SERVICES,
      watchOf(A, B, END, {
        type: "ERROR",
        object: { kind: "Status", code: 410, reason: "Expired" },
      }),
      watchOf(B, bookmark("50", true)),
    );
    await start();
    await expectNotes("+ a", "+ b", "synced Service", "+ b", "- a");
    expect(asked()).toEqual(["stream", "stream"]);
  });

  it.each<[string, readonly (string | object)[]]>([
    ["is closed early", ["end"]],
    ["is cut", ["cut"]],
    ["ends within a line", ['{"type":"ADDED","obj', "end"]],
    ["turns into garbage", ["garbage\n"]],
  ])("goes on from the last version where a watch %s", async (_what, end) => {
    api.script(
      SERVICES,
      watchOf(A, END, added(apiService("b", "11")), bookmark("15"), ...end),
      watchOf(added(apiService("c", "16"))),
    );
    await start();
    await expectNotes("+ a", "synced Service", "+ b", "+ c");
    expect(asked().slice(0, 2)).toEqual(["stream", "watch 15"]);
  });

  it("checks everything some seconds after a break: the history may be another", async () => {
    api.script(SERVICES, watchOf(A, B, END, "end"), watchOf(), watchOf(B, bookmark("7", true)));
    await start();
    // Not sooner than a minute after the last time would be the rule: the clock is turned.
    await expectNotes("+ a", "+ b", "synced Service");
    await eventually(asked).toEqual(["stream", "watch 10"]);
  });

  it("reads everything anew where versions run backwards", async () => {
    api.script(
      SERVICES,
      watchOf(A, B, END, added(apiService("c", "8"))),
      watchOf(B, bookmark("9", true)),
    );
    await start();
    await expectNotes("+ a", "+ b", "synced Service", "+ c", "+ b", "- a", "- c");
    expect(await metrics.text()).toContain('restarts_total{kind="Service",reason="history"} 1');
  });

  it("reads everything anew where the server has not got as far as it once had", async () => {
    const details = { causes: [{ reason: "ResourceVersionTooLarge", message: "Too large" }] };
    api.script(
      SERVICES,
      watchOf(A, B, END, "end"),
      failureOf(504, { reason: "Timeout", details }),
      watchOf(B, bookmark("7", true)),
    );
    await start();
    await expectNotes("+ a", "+ b", "synced Service", "+ b", "- a");
    expect(asked()).toEqual(["stream", "watch 10", "stream"]);
  });

  it("leaves out an object that cannot be read, says so, and keeps what it knew of it", async () => {
    const broken = { type: "MODIFIED", object: { kind: "Service", metadata: { name: 5 } } };
    api.script(SERVICES, watchOf(A, END, broken, added(apiService("c", "12"))));
    await start();
    await expectNotes("+ a", "synced Service", "+ c");
    expect(lines.join("\n")).toMatch(/warn: Cannot read all of the services; /);
    expect(await metrics.text()).toContain('unreadable_objects_total{kind="Service"} 1');
  });

  it("keeps trying while the server is in trouble", async () => {
    const trouble = failureOf(500, { message: "etcd is away" });
    api.script(SERVICES, trouble, trouble, trouble, watchOf(A, END));
    await start();
    await expectNotes("+ a", "synced Service");
    expect(lines[0]).toMatch(
      /^warn: Cannot list and watch services: 500: etcd is away \(a test, at "http:\/\/127.0.0.1:\d+"\); the next attempt in 0\.\d s$/,
    );
    expect(lines[1]).toMatch(/^info: Watching services again after \d/);
    expect(source?.trouble).toBeUndefined();
  });

  it("comes back when a server that has too much to do says", async () => {
    const busy = failureOf(429, { reason: "TooManyRequests" }, { "retry-after": "1" });
    api.script(SERVICES, busy, watchOf(A, END));
    await start();
    await until(() => asked().length === 1);
    expect(await passUntil(() => asked().length === 2)).toBeGreaterThanOrEqual(1_000);
    await expectNotes("+ a", "synced Service");
  });

  it("names the rule that is missing where it may not", async () => {
    const message = 'services is forbidden: User "dns" cannot list resource "services"';
    api.script(SERVICES, failureOf(403, { reason: "Forbidden", message }), watchOf(END));
    await start();
    await expectNotes("synced Service");
    expect(lines[0]).toContain(message);
    expect(lines[0]).toContain(
      'grant the verbs "list" and "watch" on "services" in API group "" (RBAC) to the user of a test',
    );
  });

  it("reads the credentials again when they are refused, and asks at once", async () => {
    let token = "old";
    const access = accessTo(api.url, () => ({ token }));
    api.script(
      SERVICES,
      (_asked, response) => {
        token = "new";
        failureOf(401)(_asked, response);
      },
      watchOf(END),
    );
    await start(access);
    await expectNotes("synced Service");
    const tokens = api.asked
      .filter(({ path }) => path === SERVICES)
      .map(({ headers }) => headers.authorization);
    expect(tokens).toEqual(["Bearer old", "Bearer new"]);
    expect(lines.filter((line) => line.startsWith("warn"))).toEqual([]);
  });

  it("reads credentials that stay refused once a second, for all watches, and says so once", async () => {
    let readings = 0;
    const access = accessTo(api.url, () => ({ token: `${readings++}` }));
    for (const path of [SERVICES, "/api/v1/namespaces"]) api.script(path, failureOf(401));
    await start(access);
    const ms = await passUntil(() => readings > 2);
    expect(readings).toBeLessThanOrEqual(2 + ms / 1_000);
    const told = lines.filter((line) => line.includes("does not know who asks"));
    expect(told).toHaveLength(1);
  });

  it("says what is wrong with the credentials or the connection, and goes on trying", async () => {
    let failures = 2;
    const access = accessTo(api.url);
    api.script(SERVICES, watchOf(END));
    await start({
      description: "a test",
      read: () => {
        if (failures-- > 0)
          return Promise.reject(new AccessError('Cannot read token "t": no such file'));
        return access.read();
      },
    });
    await until(() => source?.trouble === "no credentials for the API server, see the log");
    await expectNotes("synced Service");
    expect(source?.trouble).toBeUndefined();
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^warn: Cannot read token "t": no such file \(a test\); /);
    expect(lines[1]).toMatch(/^info: Connected to the API server again after /);
  });

  it("says of each kind whether it is connected, and when it was heard last", async () => {
    let cut = (): void => {};
    api.script(
      SERVICES,
      (_asked, response) => {
        watchOf(A, END)(_asked, response);
        cut = () => void response.socket?.resetAndDestroy();
      },
      failureOf(403, { reason: "Forbidden" }),
    );
    await start();
    await expectNotes("+ a", "synced Service");
    await until(() => source?.contact("Namespace")?.isConnected === true);
    expect(source?.contact("Service")).toMatchObject({ isConnected: true });
    expect(source?.contact("Pod")).toBeUndefined();
    cut();
    await until(() => source?.contact("Service")?.isConnected === false);
    expect(source?.contact("Namespace")?.isConnected).toBe(true);
    const { silentMs = 0 } = source?.contact("Service") ?? {};
    await pass(1_000);
    expect(source?.contact("Service")?.silentMs).toBe(silentMs + 1_000);
  });

  it.each([
    [403, "cannot list and watch services: the API server says 403"],
    [401, "the API server refuses the credentials (401)"],
    [500, "cannot list and watch services: the API server says 500"],
  ])("tells anybody of status %d only what is nobody's secret", async (status, summary) => {
    const message = 'User "system:dns" of /etc/kubeconfig is not welcome';
    const refusal = failureOf(status, { reason: "Whatever", message });
    api.script(SERVICES, refusal);
    // Credentials that one watch can use are good.
    if (status === 401) api.script("/api/v1/namespaces", refusal);
    await start();
    await eventually(() => source?.trouble).toBe(summary);
    expect(lines.join("\n")).toContain(message);
  });

  it("stops at once, whatever it waits for", async () => {
    api.script(SERVICES, () => {});
    await start();
    await until(() => asked().length === 1);
    // No time passes any more.
    await source?.stop();
    expect(asked()).toHaveLength(1);
  });
});

it("says that nothing listens there", async () => {
  const gone = await ScriptedApi.start();
  const { url } = gone;
  await gone[Symbol.asyncDispose]();
  await start(accessTo(url));
  await until(() => lines.length > 0);
  expect(lines[0]).toMatch(
    /^warn: Cannot connect to "http:\/\/127\.0\.0\.1:\d+": connect ECONNREFUSED .* \(nothing listens there\) \(a test\); /,
  );
  expect(source?.trouble).toBe("no connection to the API server");
});

describe("a kind that the server does not have", () => {
  const GATEWAYS = "/apis/gateway.networking.k8s.io";

  it("has no objects, in whatever version, until there is one", async () => {
    const log = recordingLog();
    ({ lines } = log);
    api.script("/api/v1/services", watchOf(END));
    for (const name of ["httproutes", "grpcroutes"]) {
      api.script(`${GATEWAYS}/v1/${name}`, failureOf(404, { reason: "NotFound" }));
    }
    api.script(`${GATEWAYS}/v1alpha2/tlsroutes`, watchOf(bookmark("10", true, "TLSRoute")));
    const limits = { qps: 1_000, burst: 1_000, maxInflight: 0 };
    const selection = { ...ONLY_SERVICES, gateways: true };
    source = new ApiSource({
      access: accessTo(api.url),
      selection,
      limits,
      log: log.log,
      metrics: new Metrics(),
    });
    await source.start(sink);
    const kinds = [
      "GRPCRoute",
      "Gateway",
      "HTTPRoute",
      "Ingress",
      "Namespace",
      "Service",
      "TLSRoute",
    ];
    await eventually(() => sink.notes.toSorted()).toEqual(kinds.map((kind) => `synced ${kind}`));
    expect(source.trouble).toBeUndefined();
    expect(lines.filter((line) => !line.startsWith("info"))).toEqual([]);
    const route = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { namespace: "shop", name: "late", resourceVersion: "11" },
    };
    api.script(
      `${GATEWAYS}/v1/httproutes`,
      watchOf(added(route), bookmark("12", true, "HTTPRoute")),
    );
    await eventually(() => sink.notes).toContain("+ late");
  });
});
