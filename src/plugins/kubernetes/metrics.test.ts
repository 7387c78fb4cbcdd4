import { describe, expect, it } from "vitest";
import type { ClusterObject, Contact, EndpointSlice, Kind } from "../../kube/cluster-source.ts";
import { Metrics } from "../../observe/metrics.ts";
import { silentLog } from "../../testing/context.ts";
import {
  headless,
  headlessImport,
  importedSlice,
  namespace,
  pod,
  service,
  slice,
} from "./cluster.cases.ts";
import { ClusterIndex } from "./index/cluster-index.ts";
import { EventRecorder } from "./event-recorder.ts";

const KINDS: readonly Kind[] = ["Namespace", "Service", "EndpointSlice", "Pod"];
const OBJECTS: readonly ClusterObject[] = [
  namespace("shop"),
  namespace("data"),
  service("shop/web", { clusterIPs: ["10.96.0.20"] }),
  headless("shop/db"),
  headless("shop/other", { hasSelector: false }),
  slice("shop/db", ["10.1.0.1", "10.1.0.2"]),
  pod("shop/db-0", "10.1.0.1"),
];

class Bench {
  nowMs = 1_000_000;
  readonly metrics: Metrics;
  readonly recorder: EventRecorder;

  contacts: Partial<Record<Kind, Contact>> = {};

  constructor(metrics = new Metrics(), kinds = KINDS) {
    this.metrics = metrics;
    const now = (): number => this.nowMs;
    const index = new ClusterIndex({
      namespaces: [],
      usePodNames: false,
      endpoints: true,
      zonal: false,
      kinds,
      log: silentLog(),
      now,
    });
    this.recorder = new EventRecorder(index, metrics, {
      source: { contact: (kind) => this.contacts[kind] },
      now,
    });
    this.recorder.open();
  }

  tell(objects: readonly ClusterObject[], synced: readonly Kind[] = []): this {
    for (const object of objects) this.recorder.upsert(object);
    for (const kind of synced) this.recorder.synced(kind);
    return this;
  }

  /** Values of a metric, by the value of its only label. */
  async values(name: string): Promise<Record<string, number>> {
    const lines = (await this.metrics.text()).matchAll(
      new RegExp(String.raw`^${name}(?:\{\w+="(\w+)"\})? (\S+)$`, "gm"),
    );
    return Object.fromEntries([...lines].map(([, label = "", value]) => [label, Number(value)]));
  }
}

describe("metrics of the cluster's state", () => {
  it("count objects by kind as they come and go", async () => {
    const bench = new Bench().tell(OBJECTS);
    const name = "portolan_kubernetes_objects";
    expect(await bench.values(name)).toEqual({
      Namespace: 2,
      Service: 3,
      EndpointSlice: 1,
      Pod: 1,
    });
    bench.recorder.remove("Namespace", namespace("data"));
    bench.recorder.remove("Service", service("shop/web"));
    bench.recorder.remove("EndpointSlice", slice("shop/db", []));
    bench.recorder.remove("Pod", pod("shop/db-0"));
    expect(await bench.values(name)).toEqual({
      Namespace: 1,
      Service: 2,
      EndpointSlice: 0,
      Pod: 0,
    });
  });

  it("count ServiceImports, and a slice that is also a Service's once", async () => {
    const bench = new Bench(new Metrics(), [...KINDS, "ServiceImport"]);
    const own = { serviceName: "db" };
    bench.tell([headlessImport("shop/far"), importedSlice("shop/far", "east", ["10.2.0.1"])]);
    bench.tell([...OBJECTS, importedSlice("shop/far", "west", ["10.3.0.1"], own)]);
    const objects = await bench.values("portolan_kubernetes_objects");
    expect(objects).toMatchObject({ Service: 3, EndpointSlice: 3, ServiceImport: 1 });
    const [octets = 0] = Object.values(await bench.values("portolan_kubernetes_index_bytes"));
    bench.recorder.remove("ServiceImport", headlessImport("shop/far"));
    const [less = 0] = Object.values(await bench.values("portolan_kubernetes_index_bytes"));
    expect(less).toBeLessThan(octets);
    expect(await bench.values("portolan_kubernetes_objects")).toMatchObject({ ServiceImport: 0 });
  });

  it("tell what is known, where a snapshot counts as nothing, and its age", async () => {
    const bench = new Bench();
    const synced = "portolan_kubernetes_synced";
    const age = "portolan_kubernetes_snapshot_age_seconds";
    expect(await bench.values(age)).toEqual({ "": 0 });
    for (const kind of KINDS) bench.recorder.restored(kind, bench.nowMs - 90_000);
    bench.recorder.synced("Service");
    expect(await bench.values(synced)).toEqual({
      Namespace: 0,
      Service: 1,
      EndpointSlice: 0,
      Pod: 0,
    });
    expect(await bench.values(age)).toEqual({ "": 90 });
    bench.nowMs += 1_500;
    expect(await bench.values(age)).toEqual({ "": 91.5 });
    bench.tell([], KINDS);
    expect(await bench.values(age)).toEqual({ "": 0 });
    expect(Object.values(await bench.values(synced))).toEqual([1, 1, 1, 1]);
  });

  it("tell when the source last told of a kind, whatever it was, but not what a snapshot had", async () => {
    const bench = new Bench().tell(OBJECTS);
    for (const kind of KINDS) bench.recorder.restored(kind, 0);
    const name = "portolan_kubernetes_last_event_timestamp_seconds";
    expect(Object.values(await bench.values(name))).toEqual([0, 0, 0, 0]);
    bench.tell([namespace("shop")]);
    bench.nowMs += 500;
    bench.recorder.remove("Pod", { namespace: "a", name: "b" });
    expect(await bench.values(name)).toEqual({
      Namespace: 1_000,
      Service: 0,
      EndpointSlice: 0,
      Pod: 1_000.5,
    });
  });

  it("tell whether the API server is heard, and since when it is not; nothing where there is none", async () => {
    const bench = new Bench().tell(OBJECTS, KINDS);
    const [connected, silent] = ["connected", "last_contact_seconds"].map(
      (name) => `portolan_kubernetes_${name}`,
    ) as [string, string];
    expect(await bench.values(connected)).toEqual({});
    expect(await bench.values(silent)).toEqual({});
    const other = new Bench(bench.metrics);
    bench.contacts = {
      Service: { isConnected: true, silentMs: 1_500 },
      Pod: { isConnected: true, silentMs: 0 },
    };
    other.contacts = { Service: { isConnected: false, silentMs: 90_000 } };
    expect(await bench.values(connected)).toEqual({ Service: 0, Pod: 1 });
    expect(await bench.values(silent)).toEqual({ Service: 90, Pod: 0 });
    other.recorder.close();
    expect(await bench.values(connected)).toEqual({ Service: 1, Pod: 1 });
  });

  it("estimate the memory: an endpoint takes 100 to 200 octets, and gives them back", async () => {
    const addresses = Array.from({ length: 10_000 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
    const bench = new Bench().tell(OBJECTS);
    const octets = async (): Promise<number> =>
      (await bench.values("portolan_kubernetes_index_bytes"))[""] ?? 0;
    const before = await octets();
    expect(before).toBeGreaterThan(1_000);
    expect(before).toBeLessThan(10_000);
    bench.tell([slice("shop/web", addresses)]);
    const each = ((await octets()) - before) / addresses.length;
    expect(each).toBeGreaterThan(100);
    expect(each).toBeLessThan(200);
    bench.recorder.remove("EndpointSlice", slice("shop/web", []));
    expect(await octets()).toBe(before);
  });

  it("tell of all blocks together, and no more of one that has stopped", async () => {
    const one = new Bench().tell(OBJECTS, KINDS);
    const other = new Bench(one.metrics).tell([namespace("shop")]);
    const objects = "portolan_kubernetes_objects";
    const synced = "portolan_kubernetes_synced";
    expect((await one.values(objects))["Namespace"]).toBe(3);
    expect((await one.values(synced))["Namespace"]).toBe(0);
    other.recorder.close();
    expect((await one.values(objects))["Namespace"]).toBe(2);
    expect((await one.values(synced))["Namespace"]).toBe(1);
  });
});

describe("the DNS programming latency", () => {
  const name = "coredns_kubernetes_dns_programming_duration_seconds";

  function triggered(path: string, address: string, triggeredAtMs?: number): EndpointSlice {
    return slice(path, [address], triggeredAtMs === undefined ? {} : { triggeredAtMs });
  }

  it("is observed for each kind of Service, in CoreDNS's buckets", async () => {
    const bench = new Bench().tell(OBJECTS, KINDS);
    bench.tell([
      triggered("shop/web", "10.1.0.7", bench.nowMs - 3_000),
      triggered("shop/db", "10.1.0.8", bench.nowMs - 500),
      triggered("shop/other", "10.1.0.9", bench.nowMs + 9_000),
    ]);
    expect(await bench.values(`${name}_count`)).toEqual({
      cluster_ip: 1,
      headless_with_selector: 1,
      headless_without_selector: 1,
    });
    expect(await bench.values(`${name}_sum`)).toEqual({
      cluster_ip: 3,
      headless_with_selector: 0.5,
      headless_without_selector: 0,
    });
    const text = await bench.metrics.text();
    const bounds = [...text.matchAll(/_bucket\{le="([^"]+)",service_kind="cluster_ip"\} (\d+)/g)];
    expect(bounds.map(([, bound]) => bound).slice(0, 4)).toEqual([
      "0.001",
      "0.002",
      "0.004",
      "0.008",
    ]);
    expect(bounds.map(([, bound]) => bound).slice(-2)).toEqual(["524.288", "+Inf"]);
    expect(bounds.find(([, , count]) => count === "1")?.[1]).toBe("4.096");
  });

  it("is not observed before the first sync, without a time, twice, nor without the Service", async () => {
    const bench = new Bench();
    const early = triggered("shop/web", "10.1.0.7", bench.nowMs);
    bench.tell([...OBJECTS, early], KINDS);
    bench.tell([
      early,
      triggered("shop/web", "10.1.0.7", bench.nowMs),
      triggered("shop/db", "10.1.0.8"),
      triggered("shop/nobody", "10.1.0.9", bench.nowMs),
    ]);
    expect(Object.values(await bench.values(`${name}_count`))).toEqual([0, 0, 0]);
  });
});
