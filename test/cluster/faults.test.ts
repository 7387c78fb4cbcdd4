import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dnsName, storedService } from "./cluster-objects.ts";
import type { DnsServer } from "./dns-server.ts";
import {
  bigList,
  errorEvent,
  events,
  failure,
  goneEvent,
  raw,
  silence,
  truncatedList,
} from "./fake-answers.ts";
import { FakeCluster, PATHS } from "./fake-cluster.ts";
import { figure, inMs } from "./figure.ts";
import { CLUSTER_COREFILE } from "./fresh-server.ts";
import { messagesOf } from "./messages.ts";
import { servePortolan } from "./serve.ts";

const SOON_MS = 20_000;
const web = { namespace: "shop", name: "web" };
const NAME = dnsName(web);

let fake: FakeCluster;
let server: DnsServer | undefined;

beforeEach(async () => {
  fake = await FakeCluster.start();
  await fake.services.put(storedService(web, "10.97.1.1"));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await fake.stop();
});

async function start(wait: "ready" | "answering" = "ready"): Promise<DnsServer> {
  const values = { KUBECONFIG: fake.kubeconfig };
  server = await servePortolan({ corefile: CLUSTER_COREFILE, values, wait });
  return server;
}

/** Expects an address in the answer soon. @returns after how many milliseconds */
async function expectAddress(address: string, name = NAME): Promise<number> {
  const beganMs = performance.now();
  const look = async () =>
    (await server?.ask(`${name} A`))?.answer.map((line) => line.split(" ")[4]);
  await expect.poll(look, { timeout: SOON_MS, interval: 5 }).toEqual([address]);
  return performance.now() - beganMs;
}

async function metric(line: RegExp): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${server?.portOf("METRICS_PORT")}/metrics`);
  return line.exec(await response.text())?.[0];
}

describe("a history that is gone", () => {
  it.each([
    ["as a status", failure({ code: 410, reason: "Expired", message: "too old" })],
    ["as an event", events([goneEvent()], "end")],
  ])("%s is read anew, without a moment in which names do not exist", async (_, gone) => {
    await start();
    fake.api.script({ path: PATHS.services, type: "watch" }, gone);
    fake.services.replaceSilently([storedService(web, "10.97.1.2")]);
    fake.services.endWatches();
    await expectAddress("10.97.1.2");
    const relists = /^portolan_kubernetes_relists_total\{kind="Service"\} 2$/m;
    expect(await metric(relists)).toBeDefined();
    const expired =
      /^portolan_kubernetes_watch_restarts_total\{kind="Service",reason="expired"\} 1$/m;
    expect(await metric(expired)).toBeDefined();
  });

  it("is noticed where versions run backwards on a connection that lives", async () => {
    await start();
    fake.services.resourceVersion = 10;
    fake.services.replaceSilently([storedService(web, "10.97.1.3")]);
    await fake.services.put(storedService({ ...web, name: "db" }, "10.97.1.4"));
    await expectAddress("10.97.1.3");
    await expectAddress("10.97.1.4", dnsName({ ...web, name: "db" }));
  });
});

describe("a server that has too much to do", () => {
  it("is left alone for as long as it says", async () => {
    await start();
    const busy = failure({ code: 429, reason: "TooManyRequests", retryAfterSeconds: 3 });
    fake.api.script({ path: PATHS.services }, busy);
    const before = fake.api.requestsFor({ path: PATHS.services }).length;
    fake.services.endWatches();
    const requests = () => fake.api.requestsFor({ path: PATHS.services }).slice(before);
    await expect.poll(() => requests().length, { timeout: SOON_MS }).toBeGreaterThan(1);
    const [first, second] = requests();
    const pauseMs = (second?.timeMs ?? 0) - (first?.timeMs ?? 0);
    figure("429 with Retry-After: 3, the next attempt after", inMs(pauseMs));
    expect(pauseMs).toBeGreaterThanOrEqual(3_000);
    await fake.services.put(storedService(web, "10.97.1.5"));
    await expectAddress("10.97.1.5");
  });
});

describe("a server in trouble", () => {
  it("is read within five seconds after twenty of status 500", async () => {
    fake.api.gate = () => failure({ code: 500, reason: "InternalError", message: "etcd is away" });
    await start("answering");
    await sleep(20_000);
    expect((await server?.ask(`${NAME} A +edns`))?.rcode).toBe("SERVFAIL");
    const asked = fake.api.requests.length;
    figure("requests in 20 s of status 500, three watches", asked);
    expect(asked).toBeLessThan(150);
    fake.api.gate = () => undefined;
    const beganMs = performance.now();
    await server?.untilReady();
    const ms = performance.now() - beganMs;
    figure("ready after 20 s of status 500 within", inMs(ms));
    expect(ms).toBeLessThan(5_000);
    await expectAddress("10.97.1.1");
  });

  it("whose watch says ERROR is asked again", async () => {
    await start();
    await fake.services.send(errorEvent({ code: 500, reason: "InternalError", message: "oh" }));
    await fake.services.put(storedService(web, "10.97.1.6"));
    fake.services.endWatches();
    await expectAddress("10.97.1.6");
  });
});

describe("what breaks off or is no object", () => {
  const listed = (address: string) => {
    const items = [storedService(web, address)];
    return { apiVersion: "v1", kind: "Service", resourceVersion: "2000", items };
  };
  const STREAM = { path: PATHS.services, type: "streaming-list" } as const;
  const LIST = { path: PATHS.services, type: "list" } as const;
  const PROTOBUF = { "content-type": "application/vnd.kubernetes.protobuf" };
  const WATCHED = { "content-type": "application/vnd.kubernetes.protobuf;stream=watch" };

  it("is a list of JSON", async () => {
    fake.api.script(STREAM, failure({ code: 400, reason: "BadRequest", message: "no such list" }));
    fake.api.script(
      LIST,
      truncatedList(listed("10.97.1.7"), 150),
      raw('{"kind":"ServiceList","items":[{'),
    );
    await start();
    await expectAddress("10.97.1.1");
    expect(fake.api.requestsFor(LIST)).toHaveLength(3);
  });

  it("is a list of protobuf", async () => {
    fake.api.script(STREAM, failure({ code: 400, reason: "BadRequest", message: "no such list" }));
    const envelope = Buffer.from("6b3873000a0f0a0276311209", "hex");
    fake.api.script(
      LIST,
      raw(envelope, { headers: PROTOBUF }),
      raw(Buffer.from("k8s\0"), { headers: PROTOBUF }),
    );
    await start();
    await expectAddress("10.97.1.1");
    expect(fake.api.requestsFor(LIST)).toHaveLength(3);
  });

  it("is a watch", async () => {
    fake.api.script(
      STREAM,
      raw(Buffer.from("0000ffff6b387300", "hex"), { headers: WATCHED, ending: "abort" }),
      raw(Buffer.from("ffffffff00", "hex"), { headers: WATCHED, ending: "open" }),
      raw('{"type":"ADDED","object":{"kind":"Serv'),
      raw("<html>a captive portal</html>", { headers: { "content-type": "text/html" } }),
    );
    await start();
    await expectAddress("10.97.1.1");
    await fake.services.sendRaw('{"type":"MODIFIED","object":{"ki\n');
    await fake.services.put(storedService(web, "10.97.1.8"));
    await expectAddress("10.97.1.8");
  });

  it("is left out and counted if it is one of several", async () => {
    await start();
    const odd = { ...storedService({ ...web, name: "odd" }, "10.97.1.9"), spec: 7 };
    await fake.services.put(odd);
    await fake.services.put(storedService(web, "10.97.1.10"));
    await expectAddress("10.97.1.10");
    const unreadable = /^portolan_kubernetes_unreadable_objects_total\{kind="Service"\} 1$/m;
    expect(await metric(unreadable)).toBeDefined();
    const told = messagesOf(server as DnsServer, "warn").filter((line) =>
      line.includes('"shop/odd"'),
    );
    expect(told).toHaveLength(1);
  });
});

describe("a list of 30 MB", () => {
  const item = (i: number) => ({
    ...storedService({ namespace: "shop", name: `s-${i}` }, `10.98.${i >> 8}.${i & 255}`),
    metadata: {
      namespace: "shop",
      name: `s-${i}`,
      resourceVersion: "1",
      annotations: { notes: "x".repeat(1_000) },
    },
  });

  it("is read, and its annotations are not kept", async () => {
    const path = { path: PATHS.services } as const;
    fake.api.script({ ...path, type: "streaming-list" }, failure({ code: 422, reason: "Invalid" }));
    const options = { apiVersion: "v1", kind: "Service", resourceVersion: "5000" };
    fake.api.script({ ...path, type: "list" }, bigList(options, 30_000_000, item));
    const beganMs = performance.now();
    const started = await start();
    figure("a list of 30 MB of JSON is read within", inMs(performance.now() - beganMs));
    figure("memory after that", `${Math.round(started.program.residentOctets() / 1e6)} MB`);
    await expectAddress("10.98.78.32", "s-20000.shop.svc.cluster.local");
  });
});

describe("a token that is refused", () => {
  it("is replaced within two seconds after there is another in its file", async () => {
    const file = fake.writeFile("token", "good");
    fake.writeKubeconfig({ tokenFile: file });
    let taken = "good";
    fake.api.gate = ({ headers }) => {
      const isKnown = headers.authorization === `Bearer ${taken}`;
      return isKnown ? undefined : failure({ code: 401, reason: "Unauthorized", message: "who?" });
    };
    await start();
    taken = "better";
    fake.api.dropConnections();
    await sleep(6_000);
    await fake.services.put(storedService(web, "10.97.1.11"));
    fake.writeFile("token", "better");
    const writtenMs = performance.now();
    await expectAddress("10.97.1.11");
    const used = fake.api.requests.find(({ headers }) => headers.authorization === "Bearer better");
    const ms = (used?.timeMs ?? Number.NaN) - writtenMs;
    figure("a new token in its file is used after", inMs(ms));
    // Once a second, in a process of its own, which takes its time on a machine that is held up.
    expect(ms).toBeLessThan(3_000);
    const refused = fake.api.requests.filter(
      ({ headers }) => headers.authorization === "Bearer good",
    );
    figure("requests that were refused in the six seconds before, three watches", refused.length);
    expect(refused.length).toBeLessThan(60);
    const told = messagesOf(server as DnsServer).filter((line) =>
      line.includes("does not know who asks"),
    );
    expect(told).toHaveLength(1);
  });
});

describe.each(["https-1.1", "http"] as const)("an API server over %s", (protocol) => {
  it("is watched, and its silence is noticed", async () => {
    await fake.stop();
    fake = await FakeCluster.start(protocol);
    await fake.services.put(storedService(web, "10.97.1.1"));
    await start();
    await expectAddress("10.97.1.1");
    await fake.services.put(storedService(web, "10.97.1.12"));
    await expectAddress("10.97.1.12");
    expect(new Set(fake.api.requests.map(({ httpVersion }) => httpVersion))).toEqual(
      new Set(["1.1"]),
    );
    fake.api.dropConnections();
    fake.services.replaceSilently([storedService(web, "10.97.1.13")]);
    await expectAddress("10.97.1.13");
  });
});

describe("a part of the cluster that hangs", () => {
  it("is asked for in another way; until then nothing is denied", async () => {
    fake.api.script({ path: PATHS.slices, type: "streaming-list" }, silence());
    await start("answering");
    await expectAddress("10.97.1.1");
    const { rcode, edns } = (await server?.ask("nobody.shop.svc.cluster.local A +edns")) ?? {};
    expect([rcode, edns?.options[0]]).toEqual([
      "SERVFAIL",
      expect.stringContaining("EDE 14 (Not Ready)"),
    ]);
    expect(await server?.ready()).toMatchObject({ status: 503 });
  });
});
