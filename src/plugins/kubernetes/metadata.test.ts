import { describe, expect, it } from "vitest";
import type { ClusterObject, Endpoint } from "../../kube/cluster-source.ts";
import { testContext } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { namespace, pod, slice, TestCluster } from "./cluster.cases.ts";
import { Kubernetes } from "./kubernetes.ts";
import { parseKubernetes } from "./parse.ts";

/** What all labels say of a query, without those that say nothing. */
function metadataOf(plugin: Kubernetes, qname: string, address = "192.0.2.1"): object {
  const query = testQuery(qname, "A", { address });
  const all = Object.entries(plugin.metadata).map(([label, value]) => {
    return [label.replace("kubernetes/", ""), value(query, "")] as const;
  });
  return Object.fromEntries(all.filter(([, value]) => value !== ""));
}

describe("metadata of a name", () => {
  const cluster = new TestCluster([], {
    zones: "cluster.local clusterset.local in-addr.arpa",
    properties: "multicluster clusterset.local\nzonal",
  });
  const web = { kind: "svc", namespace: "shop", service: "web" };
  it.each<[string, object]>([
    ["Web.Shop.svc.cluster.local.", web],
    ["db-0.web.shop.svc.cluster.local.", { ...web, endpoint: "db-0" }],
    ["_http._tcp.web.shop.svc.cluster.local.", { ...web, "port-name": "http", protocol: "tcp" }],
    ["http.tcp.web.shop.svc.cluster.local.", { ...web, "port-name": "http", protocol: "tcp" }],
    ["db-0.east.web.shop.svc.clusterset.local.", { ...web, endpoint: "db-0", cluster: "east" }],
    ["_http._tcp.web.shop.svc.clusterset.local.", { ...web, "port-name": "http", protocol: "tcp" }],
    ["eu.a.pin._zone.web.shop.svc.cluster.local.", { ...web, zone: "eu.a" }],
    ["eu.near._zone.web.shop.svc.cluster.local.", { "parse-error": "invalid query name" }],
    ["eu.pin._zone.web.shop.svc.clusterset.local.", { "parse-error": "invalid query name" }],
    ["1-2-3-4.shop.pod.cluster.local.", { kind: "pod", namespace: "shop", service: "1-2-3-4" }],
    ["shop.svc.cluster.local.", { kind: "svc", namespace: "shop" }],
    ["cluster.local.", {}],
    ["a.b.c.web.shop.svc.cluster.local.", { "parse-error": "invalid query name" }],
    ["web.shop.cluster.local.", { "parse-error": "invalid query name" }],
    ["1.0.0.10.in-addr.arpa.", { "parse-error": "invalid query name" }],
    ["example.org.", {}],
  ])("%s: %j", (qname, expected) => {
    expect(metadataOf(cluster.plugin, qname)).toEqual(expected);
  });

  it("has the labels of zones and clusters only where there are some", () => {
    const plain = new TestCluster([]).plugin.metadata;
    expect(Object.keys(plain)).not.toContain("kubernetes/zone");
    expect(Object.keys(plain)).not.toContain("kubernetes/cluster");
  });
});

describe("metadata of a client", () => {
  const objects: readonly ClusterObject[] = [
    namespace("shop"),
    pod("shop/a", "10.1.0.1", "2001:db8::1"),
    pod("shop/host-a", "10.0.0.1"),
    pod("data/host-b", "10.0.0.1"),
  ];

  async function started(properties: string, asked: readonly string[]): Promise<Kubernetes> {
    const context = testContext({
      directive: `kubernetes cluster.local {\nmanifests cluster\n${properties}\n}`,
      metadata: Object.fromEntries(asked.map((label) => [label, (): string => ""])),
    });
    const plugin = new Kubernetes(parseKubernetes(context.directive), context, {
      source: { start: () => Promise.resolve(), stop: () => Promise.resolve() },
      localAddresses: [],
      now: () => 0,
    });
    await plugin.start();
    for (const object of objects) plugin.index.upsert(object);
    return plugin;
  }

  it("is the pod that has its address", async () => {
    const plugin = await started("pods verified", ["kubernetes/client-namespace"]);
    const a = {
      "client-namespace": "shop",
      "client-pod-name": "a",
      "client/namespace": "shop",
      "client/pod": "a",
    };
    expect(metadataOf(plugin, "example.org.", "10.1.0.1")).toEqual(a);
    expect(metadataOf(plugin, "example.org.", "::ffff:10.1.0.1")).toEqual(a);
    expect(metadataOf(plugin, "example.org.", "2001:db8:0::1")).toEqual(a);
    expect(metadataOf(plugin, "example.org.", "10.1.0.9")).toEqual({});
  });

  it("is nobody's where several pods have the address, until only one has it", async () => {
    const plugin = await started("pods verified", ["kubernetes/client-pod-name"]);
    expect(metadataOf(plugin, "example.org.", "10.0.0.1")).toEqual({});
    plugin.index.remove("Pod", { namespace: "shop", name: "host-a" });
    expect(metadataOf(plugin, "example.org.", "10.0.0.1")).toMatchObject({
      "client-namespace": "data",
      "client-pod-name": "host-b",
    });
    plugin.index.upsert({ ...pod("data/host-b", "10.0.0.1"), phase: "Succeeded" });
    expect(metadataOf(plugin, "example.org.", "10.0.0.1")).toEqual({});
  });

  it("moves with an address that another pod gets", async () => {
    const plugin = await started("pods verified", ["kubernetes/client-pod-name"]);
    plugin.index.upsert(pod("shop/a", "10.1.0.2"));
    plugin.index.upsert(pod("shop/b", "10.1.0.1"));
    const nameOf = (address: string): object => metadataOf(plugin, "example.org.", address);
    expect(nameOf("10.1.0.1")).toMatchObject({ "client-pod-name": "b" });
    expect(nameOf("10.1.0.2")).toMatchObject({ "client-pod-name": "a" });
  });

  it("has the labels that are asked for, as they are now, and keeps no others", async () => {
    const plugin = await started("pods verified", ["client/labels/app", "client/labels/a/b"]);
    const own = (labels: Record<string, string>): ClusterObject => {
      return { ...pod("shop/a", "10.1.0.1"), labels };
    };
    const labelsOf = (address = "10.1.0.1"): string[] => {
      const query = testQuery("example.org.", "A", { address });
      const family = plugin.metadata["client/labels/"];
      return ["app", "a/b", "other", "toString"].map((name) => family?.(query, name) ?? "none");
    };
    expect(labelsOf()).toEqual(["", "", "", ""]);
    plugin.index.upsert(own({ app: "web", "a/b": "c", other: "d" }));
    expect(labelsOf()).toEqual(["web", "c", "", ""]);
    expect([...plugin.index.objects()]).toContainEqual(own({ app: "web", "a/b": "c" }));
    plugin.index.upsert(own({ app: "api" }));
    expect(labelsOf()).toEqual(["api", "", "", ""]);
    plugin.index.upsert({ ...pod("shop/b", "10.1.0.2"), labels: { app: "api" } });
    plugin.index.remove("Pod", { namespace: "shop", name: "a" });
    expect([labelsOf(), labelsOf("10.1.0.2")]).toEqual([
      ["", "", "", ""],
      ["api", "", "", ""],
    ]);
    const slices = await started("", ["client/pod"]);
    expect(Object.keys(slices.metadata)).not.toContain("client/labels/");
  });

  describe("without verified pods is that of EndpointSlices", () => {
    const own = (address: string, podName: string, ready = true): Partial<Endpoint> => {
      return { addresses: [address], podName, ready };
    };
    const client = (plugin: Kubernetes, address: string): object => {
      return metadataOf(plugin, "example.org.", address);
    };
    const a = { "client/namespace": "shop", "client/pod": "a" };

    it("ready or not, in however many of them", async () => {
      const plugin = await started("", ["client/pod"]);
      plugin.index.upsert(slice("shop/web", [own("10.2.0.1", "a"), own("10.2.0.2", "b", false)]));
      plugin.index.upsert(slice("shop/api", [own("10.2.0.1", "a", false)]));
      expect(client(plugin, "10.2.0.1")).toEqual(a);
      expect(client(plugin, "::ffff:10.2.0.1")).toEqual(a);
      expect(client(plugin, "10.2.0.2")).toEqual({ ...a, "client/pod": "b" });
      expect(client(plugin, "10.1.0.1")).toEqual({});
      plugin.index.remove("EndpointSlice", { namespace: "shop", name: "web" });
      expect(client(plugin, "10.2.0.1")).toEqual(a);
      expect(client(plugin, "10.2.0.2")).toEqual({});
    });

    it("and follows an address that another pod of the same Service gets", async () => {
      const plugin = await started("", ["client/pod"]);
      for (const ready of [true, false]) {
        plugin.index.upsert(slice("shop/web", [own("10.2.0.1", "a", ready)]));
        plugin.index.upsert(slice("shop/web", [own("10.2.0.1", "b", ready)]));
        expect(client(plugin, "10.2.0.1")).toEqual({ ...a, "client/pod": "b" });
      }
    });

    it("but nobody's where they name several pods, or none", async () => {
      const plugin = await started("", ["client/namespace"]);
      plugin.index.upsert(slice("shop/web", [own("10.2.0.1", "a")]));
      plugin.index.upsert(slice("shop/exporter", [own("10.2.0.1", "other"), "10.2.0.9"]));
      expect(client(plugin, "10.2.0.1")).toEqual({});
      expect(client(plugin, "10.2.0.9")).toEqual({});
      plugin.index.upsert(slice("data/exporter", [own("10.2.0.1", "a")]));
      plugin.index.remove("EndpointSlice", { namespace: "shop", name: "exporter" });
      expect(client(plugin, "10.2.0.1")).toEqual({});
      plugin.index.remove("EndpointSlice", { namespace: "shop", name: "web" });
      expect(client(plugin, "10.2.0.1")).toEqual({ ...a, "client/namespace": "data" });
    });

    it("and is in a snapshot", async () => {
      const plugin = await started("", ["client/namespace"]);
      plugin.index.upsert(slice("shop/web", [own("10.2.0.1", "a"), own("10.2.0.2", "b", false)]));
      const restored = await started("", ["client/namespace"]);
      for (const object of plugin.index.objects()) restored.index.upsert(object);
      expect(client(restored, "10.2.0.1")).toEqual(a);
      expect(client(restored, "10.2.0.2")).toEqual({ ...a, "client/pod": "b" });
    });

    it("which keep no names where nobody asks; without either, nobody can know", async () => {
      const plugin = await started("", []);
      plugin.index.upsert(slice("shop/web", [own("10.2.0.1", "a")]));
      expect(client(plugin, "10.2.0.1")).toEqual({});
      const blind = await started("noendpoints", []);
      expect(Object.keys(blind.metadata).filter((label) => /client/.test(label))).toEqual([]);
    });
  });

  it("costs nothing where nobody asks, and is not offered without verified pods", async () => {
    const plugin = await started("pods verified", []);
    expect(plugin.index.pods.client("10.1.0.1")).toBeUndefined();
    const insecure = await started("pods insecure", []);
    expect(Object.keys(insecure.metadata)).not.toContain("kubernetes/client-namespace");
  });
});
