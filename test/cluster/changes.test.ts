import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import type { Named, SliceEndpoint } from "./cluster-objects.ts";
import {
  dnsName,
  namespaceOf,
  ready,
  serviceOf,
  serviceReference,
  sliceOf,
  sliceReference,
  storedService,
} from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import { Counter } from "./counter.ts";
import type { DnsServer, ServeOptions } from "./dns-server.ts";
import { FakeCluster } from "./fake-cluster.ts";
import { figure, inMs, quantile } from "./figure.ts";
import { expectAsFresh, CLUSTER_COREFILE, questionsAbout } from "./fresh-server.ts";
import { inParallel } from "./in-parallel.ts";
import { servePortolan } from "./serve.ts";

/** An answer may be of before a change only for so long; what it really takes is a figure. */
const BOUND_MS = 2_000;
const SECONDS = Number(process.env["PORTOLAN_TEST_CHANGE_SECONDS"] ?? 10);
/** Changes that are on their way at the same time. */
const WRITERS = 32;

let plane: ControlPlane;
let client: ApiClient;
let server: DnsServer;
let options: ServeOptions;

beforeAll(async () => {
  plane = await ControlPlane.start();
  client = plane.client();
  await client.create(namespaceOf("shop"));
  options = { corefile: CLUSTER_COREFILE, values: { KUBECONFIG: plane.kubeconfig() } };
  server = await servePortolan(options);
});
afterAll(async () => {
  await server.stop();
  await plane.stop();
});

/** What a name has: its records' last words, or the response code. */
async function look(name: string, type = "A"): Promise<string> {
  const { rcode, answer } = await server.ask(`${name} ${type}`);
  return rcode === "NOERROR"
    ? answer.map((line) => line.split(" ").slice(4).join(" ")).join()
    : rcode;
}

async function expectSoon(name: string, expected: string, type = "A"): Promise<void> {
  await expect.poll(() => look(name, type), { timeout: BOUND_MS, interval: 2 }).toBe(expected);
}

describe("a change is in the answers", () => {
  const web: Named = { namespace: "shop", name: "web" };
  const db: Named = { namespace: "shop", name: "db" };
  const name = dnsName(web);

  it("when a Service comes, changes its address and goes", async () => {
    expect(await look(name)).toBe("NXDOMAIN");
    await client.create(serviceOf(web, "10.97.7.1"));
    await expectSoon(name, "10.97.7.1");
    await expectSoon("1.7.97.10.in-addr.arpa", `${name}.`, "PTR");
    await client.delete(serviceReference(web));
    await expectSoon(name, "NXDOMAIN");
    await expectSoon("1.7.97.10.in-addr.arpa", "NXDOMAIN", "PTR");
    await client.create(serviceOf(web, "10.97.7.2"));
    await expectSoon(name, "10.97.7.2");
  });

  it("when a Service gets an external name, and then none and no address", async () => {
    const external = { type: "ExternalName", externalName: "web.example.net" };
    const cleared = { clusterIP: null, clusterIPs: null };
    await client.patch(serviceReference(web), { spec: { ...external, ...cleared } });
    await expectSoon(name, "web.example.net.", "CNAME");
    await expectSoon("2.7.97.10.in-addr.arpa", "NXDOMAIN", "PTR");
    const headless = { type: "ClusterIP", externalName: null, clusterIP: "None" };
    await client.patch(serviceReference(web), { spec: headless });
    await expectSoon(name, "NXDOMAIN");
    await client.create(sliceOf({ ...web, name: "web-1" }, "web", ready("172.20.0.1")));
    await expectSoon(name, "172.20.0.1");
  });

  it("when a slice moves from one Service to another", async () => {
    await client.create(serviceOf(db, "None"));
    const labels = { "kubernetes.io/service-name": "db" };
    await client.patch(sliceReference({ ...web, name: "web-1" }), { metadata: { labels } });
    await expectSoon(dnsName(db), "172.20.0.1");
    expect(await look(name)).toBe("NXDOMAIN");
    await expectSoon("1.0.20.172.in-addr.arpa", `172-20-0-1.${dnsName(db)}.`, "PTR");
  });

  it("when endpoints are unready, terminate, and are in two slices", async () => {
    const slice = { ...db, name: "web-1" };
    const set = async (...endpoints: SliceEndpoint[]): Promise<void> => {
      await client.put(sliceOf(slice, "db", endpoints));
    };
    const unready = { addresses: ["172.20.0.2"], conditions: { ready: false } };
    await set(...ready("172.20.0.1"), unready);
    await expectSoon(dnsName(db), "172.20.0.1");
    await set({ ...unready, conditions: { ready: true } });
    await expectSoon(dnsName(db), "172.20.0.2");
    await client.create(sliceOf({ ...db, name: "db-2" }, "db", ready("172.20.0.2", "172.20.0.3")));
    await expectSoon(dnsName(db), "172.20.0.2,172.20.0.3");
    await set({
      addresses: ["172.20.0.2"],
      conditions: { ready: false, serving: true, terminating: true },
    });
    await client.delete(sliceReference({ ...db, name: "db-2" }));
    await expectSoon(dnsName(db), "NXDOMAIN");
  });

  it("when a namespace goes and comes again", async () => {
    const api: Named = { namespace: "other", name: "api" };
    await client.create(namespaceOf("other"));
    await client.create(serviceOf(api, "10.97.7.9"));
    await expectSoon(dnsName(api), "10.97.7.9");
    await client.deleteNamespace("other");
    await expectSoon(dnsName(api), "NXDOMAIN");
    await client.create(namespaceOf("other"));
    await expectSoon(dnsName(api), "10.97.7.9");
  });

  it("and all are as in a server that is started now", async () => {
    await expectAsFresh(server, options, await questionsAbout(client));
  });
});

describe("a flood of changes", () => {
  let counters: readonly Counter[];
  const seen = new Map<Counter, number>();
  const lags: number[] = [];
  const objections: string[] = [];
  beforeAll(async () => {
    counters = Array.from({ length: 100 }, (_, i) => {
      return new Counter(client, { namespace: "shop", name: `counter-${i}` });
    });
    await inParallel(counters, 16, (counter) => counter.create());
  });

  async function watchOver(counter: Counter): Promise<void> {
    const { taken, takenMs, named } = counter;
    const value = await counter.look(server);
    const lateMs = performance.now() - takenMs;
    const before = seen.get(counter) ?? 0;
    if (value < before) objections.push(`${named.name}: ${before}, then ${value}`);
    if (value < taken && lateMs > BOUND_MS) {
      objections.push(`${named.name}: ${value}, but ${taken} was taken ${lateMs} ms ago`);
    }
    seen.set(counter, Math.max(before, value));
  }

  it("never leads to an answer older than one given, nor to one long out of date", async () => {
    const [probe, ...others] = counters as [Counter, ...Counter[]];
    const endMs = performance.now() + SECONDS * 1_000;
    const isRunning = (): boolean => performance.now() < endMs;
    let changes = 0;
    const change = async (own: readonly Counter[]): Promise<void> => {
      for (let i = 0; isRunning(); i++, changes++) await own[i % own.length]?.next();
    };
    const ask = async (): Promise<void> => {
      for (let i = 0; isRunning(); i++) {
        const counter = others[i % others.length];
        if (counter) await watchOver(counter);
      }
    };
    const time = async (): Promise<void> => {
      while (isRunning()) {
        await probe.next();
        lags.push(await probe.arrival(server, 30_000));
      }
    };
    // Each changes counters of its own: two changes of one at the same time would have no order.
    const writers = Array.from({ length: WRITERS }, (_, i) => {
      return change(others.filter((_counter, j) => j % WRITERS === i));
    });
    await Promise.all([...writers, ask(), ask(), time()]);
    figure("changes a second that the API server took", Math.round(changes / SECONDS));
    figure("change in an answer after the API server's 200, p50", inMs(quantile(lags, 0.5)));
    figure("change in an answer after the API server's 200, p99", inMs(quantile(lags, 0.99)));
    expect(objections).toEqual([]);
    expect(changes).toBeGreaterThan(SECONDS * 20);
  }, 120_000);

  it("ends with the answers of a server that is started now", async () => {
    await expectAsFresh(server, options, await questionsAbout(client));
    for (const counter of counters) expect(await counter.look(server)).toBe(counter.taken);
  });
});

describe("two thousand changes a second", () => {
  const TICK_MS = 10;
  const names = Array.from({ length: 1_000 }, (_, i) => ({ namespace: "shop", name: `s-${i}` }));
  const addressOf = (i: number): string => `10.${i >> 16}.${(i >> 8) & 0xff}.${i & 0xff}`;

  it("are followed for ten seconds", async () => {
    const fake = await FakeCluster.start();
    const values = { KUBECONFIG: fake.kubeconfig };
    const follower = await servePortolan({ corefile: CLUSTER_COREFILE, values });
    const beganMs = performance.now();
    let changes = 0;
    let late = 0;
    const beganCpu = follower.program.cpuSeconds();
    while (changes < SECONDS * 2_000) {
      const due = Math.min(SECONDS * 2_000, ((performance.now() - beganMs) / 1_000) * 2_000);
      for (; changes < due; changes++) {
        const named = names[changes % names.length] ?? { namespace: "", name: "" };
        await fake.services.put(storedService(named, addressOf(changes)));
      }
      const last = changes - 1;
      const { answer } = await follower.ask(`${dnsName(names[last % names.length] as Named)} A`);
      if (!answer.some((line) => line.endsWith(` ${addressOf(last)}`))) late++;
      await sleep(TICK_MS);
    }
    figure("2,000 changes a second: seconds for them", inMs(performance.now() - beganMs));
    figure("2,000 changes a second: asked at once, and was not there yet", late);
    figure(
      "2,000 changes a second: CPU",
      `${(follower.program.cpuSeconds() - beganCpu).toFixed(1)} s`,
    );
    const wrong = async (): Promise<string[]> => {
      const found = await inParallel([...names.keys()], 32, async (i) => {
        const expected = addressOf(changes - names.length + i);
        const { answer } = await follower.ask(`${dnsName(names[i] as Named)} A`);
        return answer.join().endsWith(` ${expected}`) ? "" : `${expected}: ${answer.join()}`;
      });
      return found.filter((text) => text !== "");
    };
    await expect.poll(wrong, { timeout: 10_000 }).toEqual([]);
    await follower.stop();
    await fake.stop();
  }, 120_000);
});
