import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ZoneUpstream } from "../../src/testing/zone-upstream.ts";
import { startZoneUpstream } from "../../src/testing/zone-upstream.ts";
import {
  dnsName,
  namespaceOf,
  serviceOf,
  serviceReference,
  storedService,
} from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import type { DnsServer } from "./dns-server.ts";
import type { Answer } from "./fake-answers.ts";
import { bookmark, events } from "./fake-answers.ts";
import { FakeCluster } from "./fake-cluster.ts";
import type { FakeRequest } from "./fake-request.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { figure, inMs } from "./figure.ts";
import { CLUSTER_COREFILE } from "./fresh-server.ts";
import { messagesOf } from "./messages.ts";
import type { Seen } from "./observer.ts";
import { isAnswered, Observer } from "./observer.ts";
import { servePortolan } from "./serve.ts";

const SOON_MS = 20_000;
const web = { namespace: "shop", name: "web" };
const db = { namespace: "shop", name: "db" };

/** The upstream denies all names of the cluster: nobody may ever hear of that. */
const COREFILE = `.:{{PORT}} {
  kubernetes cluster.local {
    kubeconfig {{KUBECONFIG}}
    fallthrough
  }
  hosts {
    192.0.2.1 other.example.test
    fallthrough
  }
  forward . {{UPSTREAM}}
}
`;

let fake: FakeCluster;
let proxy: FaultProxy;
let upstream: ZoneUpstream;
let server: DnsServer | undefined;

beforeEach(async () => {
  fake = await FakeCluster.start();
  await fake.services.put(storedService(web, "10.97.1.1"));
  upstream = await startZoneUpstream(
    "example.net. 300 IN SOA ns.example.net. a.example.net. 1 1 1 1 1\n",
  );
  proxy = await FaultProxy.start(fake.api.port);
  fake.writeKubeconfig({ token: "a" }, proxy.url);
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await proxy.stop();
  await upstream.close();
  await fake.stop();
});

async function start(corefile: string, wait: "ready" | "answering" = "ready"): Promise<DnsServer> {
  const values = { KUBECONFIG: fake.kubeconfig, UPSTREAM: upstream.address };
  server = await servePortolan({ corefile, values, wait });
  return server;
}

/** Response code, last words of the answer and of the first EDNS option. */
async function look(asked: DnsServer, name: string): Promise<string> {
  const { rcode, answer, edns } = await asked.ask(`${name} A +edns`);
  const data = answer.map((line) => line.split(" ").at(-1));
  return [rcode, ...data, ...(edns?.options ?? []).map((option) => option.split(":")[0])].join(" ");
}

describe("without an API server", () => {
  it("all else is served at once, names of the cluster are not denied, and later all comes", async () => {
    await proxy.refuse();
    const beganMs = performance.now();
    const started = await start(COREFILE, "answering");
    figure("API server away: first answer after", inMs(performance.now() - beganMs));
    expect(await look(started, "other.example.test")).toBe("NOERROR 192.0.2.1");
    expect(await look(started, "nobody.example.test")).toBe("NXDOMAIN");
    for (const name of [dnsName(web), "nobody.shop.svc.cluster.local", "a.b.cluster.local"]) {
      expect(await look(started, name)).toBe("SERVFAIL EDE 14 (Not Ready)");
    }
    const body = async () => (await started.ready()).body;
    await expect.poll(body, { timeout: SOON_MS }).toContain("no connection to the API server");
    expect((await started.ready()).status).toBe(503);
    // Attempts come more and more seldom, but never too seldom.
    await sleep(8_000);
    await proxy.accept();
    const acceptedMs = performance.now();
    await started.untilReady();
    const ms = performance.now() - acceptedMs;
    figure("API server appears: ready after", inMs(ms));
    expect(ms).toBeLessThan(4_000);
    expect(await look(started, dnsName(web))).toBe("NOERROR 10.97.1.1");
    expect(await look(started, "nobody.shop.svc.cluster.local")).toBe("NXDOMAIN");
    expect((await started.ready()).status).toBe(200);
  });

  it("a snapshot is served, and replaced as soon as the API server has been read", async () => {
    const path = fake.writeFile("snapshot", "");
    const corefile = CLUSTER_COREFILE.replace("kubeconfig", `snapshot ${path}.gz\n    kubeconfig`);
    const first = await start(corefile);
    await first.stop();
    await fake.services.remove(storedService(web, "10.97.1.1"));
    await fake.services.put(storedService(db, "10.97.1.2"));
    await proxy.refuse();
    const beganMs = performance.now();
    const second = await start(corefile);
    figure("API server away, snapshot: ready after", inMs(performance.now() - beganMs));
    expect(await look(second, dnsName(web))).toBe("NOERROR 10.97.1.1 EDE 3 (Stale Answer)");
    expect(await look(second, dnsName(db))).toBe("SERVFAIL EDE 14 (Not Ready)");
    await proxy.accept();
    await expect
      .poll(() => look(second, dnsName(db)), { timeout: SOON_MS })
      .toBe("NOERROR 10.97.1.2");
    expect(await look(second, dnsName(web))).toBe("NXDOMAIN");
    const told = messagesOf(second).filter((line) => /snapshot/.test(line));
    expect(told).toEqual([
      expect.stringMatching(/Serving the snapshot ".*" of .* \(2 objects\) until the API server/),
      expect.stringMatching(/The API server has been read in place of the snapshot .*: 1 gone/),
    ]);
  });
});

describe("a reload", () => {
  it("loses no question of a thousand a second, and denies none, though reading takes a while", async () => {
    const started = await start(CLUSTER_COREFILE);
    const question = `${dnsName(web)} A`;
    const isFine = (seen: Seen): boolean => isAnswered(seen);
    const observers = Array.from(
      { length: 16 },
      () => new Observer(started, [question], isFine, 10),
    );
    await sleep(1_000);
    const before = fake.api.requests.length;
    await proxy.freeze();
    started.reload(CLUSTER_COREFILE.replace("kubeconfig", "ttl 7\n    kubeconfig"));
    await sleep(2_000);
    await proxy.thaw();
    const ttl = async () => (await started.ask(question)).answer;
    await expect.poll(ttl, { timeout: SOON_MS }).toEqual([`${dnsName(web)}. 7 IN A 10.97.1.1`]);
    await sleep(500);
    const asked = observers.reduce((sum, observer) => sum + observer.asked, 0);
    const objections = await Promise.all(observers.map((observer) => observer.stop()));
    figure("questions while reloading", asked);
    expect(objections.flat()).toEqual([]);
    expect(fake.api.requests.length).toBeGreaterThan(before);
  });
});

describe("an etcd that is too old for lists to be streamed", () => {
  it("is read page by page, and followed", async () => {
    const plane = await ControlPlane.start({ etcd: "system" });
    const client = plane.client();
    await client.create(namespaceOf("shop"));
    await client.create(serviceOf(web, "10.97.2.1"));
    const values = { KUBECONFIG: plane.kubeconfig() };
    const beganMs = performance.now();
    const started = await servePortolan({ corefile: CLUSTER_COREFILE, values });
    figure("old etcd: ready after", inMs(performance.now() - beganMs));
    expect(await look(started, dnsName(web))).toBe("NOERROR 10.97.2.1");
    await client.create(serviceOf(db, "10.97.2.2"));
    await expect
      .poll(() => look(started, dnsName(db)), { timeout: SOON_MS })
      .toBe("NOERROR 10.97.2.2");
    await client.delete(serviceReference(web));
    await expect.poll(() => look(started, dnsName(web)), { timeout: SOON_MS }).toBe("NXDOMAIN");
    expect(messagesOf(started, "warn")).toEqual([]);
    await started.stop();
    await plane.stop();
  });
});

describe("limits", () => {
  const NAMESPACES = ["a", "b", "c", "d", "e"];
  const WATCHES = 3 * NAMESPACES.length;
  let underWay = 0;
  let mostUnderWay = 0;

  /** Each of the watches has nothing, and takes a while to say so. */
  function empty({ path }: FakeRequest): Answer {
    const isSlice = path.endsWith("endpointslices");
    const kind = isSlice ? "EndpointSlice" : path.endsWith("services") ? "Service" : "Namespace";
    const apiVersion = isSlice ? "discovery.k8s.io/v1" : "v1";
    return async (response, request) => {
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      await sleep(50);
      underWay--;
      await events([bookmark({ apiVersion, kind }, "1000", true)])(response, request);
    };
  }

  async function startWith(limit: string): Promise<void> {
    mostUnderWay = 0;
    fake.api.gate = empty;
    const more = `namespaces ${NAMESPACES.join(" ")}\n    ${limit}`;
    await start(CLUSTER_COREFILE.replace("kubeconfig", `${more}\n    kubeconfig`));
    expect(fake.api.requests).toHaveLength(WATCHES);
  }

  it("hold requests back to a number each second", async () => {
    await startWith("apiserver_qps 5\n    apiserver_burst 2");
    const times = fake.api.requests.map(({ timeMs }) => timeMs);
    const spentMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    figure("15 requests, 5 a second, 2 at once: sent within", inMs(spentMs));
    // 13 of them wait for 200 ms each; the first may have come late to where times are taken.
    expect(spentMs).toBeGreaterThan(2_400);
    expect(spentMs).toBeLessThan(6_000);
  });

  it("hold requests back to a number at the same time", async () => {
    await startWith("apiserver_max_inflight 2");
    expect(mostUnderWay).toBe(2);
  });

  it("are far away unless something is said", async () => {
    await startWith("");
    expect(mostUnderWay).toBeGreaterThan(2);
  });
});
