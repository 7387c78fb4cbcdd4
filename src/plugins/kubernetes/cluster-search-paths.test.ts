import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import type { ClusterObject } from "../../kube/cluster-source.ts";
import type { SearchPath, SearchPaths } from "../../server/contract/search-paths.ts";
import { searchPaths } from "../../server/contract/search-paths.ts";
import { State } from "../../server/contract/state.ts";
import { testQuery } from "../../testing/query.ts";
import type { TestClusterOptions } from "./cluster.cases.ts";
import { headless, namespace, pod, slice, TestCluster } from "./cluster.cases.ts";

function pathsOf({ plugin }: TestCluster): SearchPaths {
  const [paths] = searchPaths.among(plugin.offers);
  if (!paths) throw new Error("no search paths");
  return paths;
}

function pathOf(cluster: TestCluster, qname: string): SearchPath | State | undefined {
  return pathsOf(cluster).pathOf(Name.parse(qname));
}

/** The namespaces of these that a client is in. */
function namespacesOf(cluster: TestCluster, address: string, names = ["shop", "data"]): string[] {
  const { client } = testQuery(".", "A", { address });
  return names.filter((name) => {
    const path = pathOf(cluster, `x.${name}.svc.cluster.local.`);
    return path !== undefined && !(path instanceof State) && path.isOf?.(client) === true;
  });
}

const NAMESPACES: readonly ClusterObject[] = [namespace("shop"), namespace("data")];

function clusterOf(
  objects: readonly ClusterObject[],
  options: TestClusterOptions = {},
): TestCluster {
  return new TestCluster([...NAMESPACES, ...objects], options);
}

function ofPod(
  address: string,
  ready = true,
): { addresses: string[]; podName: string; ready: boolean } {
  return { addresses: [address], podName: "p", ready };
}

const SLICES = { synced: ["Namespace", "Service", "EndpointSlice"] as const };

/** A cluster whose plugin has been started by the time that it is told of pods. */
function verified(...objects: readonly ClusterObject[]): TestCluster {
  const cluster = clusterOf([], { properties: "pods verified" });
  pathsOf(cluster).begin();
  void cluster.plugin.start();
  for (const object of objects) cluster.plugin.index.upsert(object);
  return cluster;
}

describe("the search path of a pod", () => {
  it("is its namespace, all Services, the zone, what the node searches, and the name itself", async () => {
    const folder = await mkdtemp(join(tmpdir(), "resolv-"));
    const resolvConf = join(folder, "resolv.conf");
    await writeFile(resolvConf, "domain old.test\nsearch Corp.Example. lan\noptions ndots:5\n");
    const cluster = new TestCluster(NAMESPACES, { resolvConf });
    pathsOf(cluster).begin();
    await cluster.plugin.start();
    const path = pathOf(cluster, "www.example.shop.svc.cluster.local.");
    expect(path instanceof State ? [] : path?.suffixes.map(String)).toEqual([
      "shop.svc.cluster.local.",
      "svc.cluster.local.",
      "cluster.local.",
      "corp.example.",
      "lan.",
      ".",
    ]);
    await cluster.plugin.stop();
    await rm(folder, { recursive: true });
  });

  it("begins at the root where that is the zone", () => {
    const cluster = new TestCluster(NAMESPACES, { zones: "." });
    const path = pathOf(cluster, "www.shop.svc.");
    const suffixes = path instanceof State ? [] : path?.suffixes.map(String);
    expect(suffixes).toEqual(["shop.svc.", "svc.", ".", "."]);
  });

  it.each([
    "shop.svc.cluster.local.",
    "svc.cluster.local.",
    "cluster.local.",
    "www.shop.pod.cluster.local.",
    "www.shop.xsvc.cluster.local.",
    "www.shop.svc.cluster.local.example.",
    "www.shop.svc.in-addr.arpa.",
    "1.0.0.10.in-addr.arpa.",
    ".",
  ])("is nobody's for %s", (name) => {
    expect(pathOf(clusterOf([]), name)).toBeUndefined();
  });

  it("is nobody's as long as there is no such namespace", () => {
    const cluster = clusterOf([]);
    const state = pathOf(cluster, "www.new.svc.cluster.local.");
    expect(state).toBeInstanceOf(State);
    cluster.plugin.index.upsert(namespace("new"));
    expect((state as State).isCurrent).toBe(false);
    expect(pathOf(cluster, "www.new.svc.cluster.local.")).not.toBeInstanceOf(State);
  });

  it("cannot be known if nobody tells of endpoints or pods", () => {
    const blind = clusterOf([], { properties: "noendpoints" });
    expect(pathsOf(blind).begin()).toContain("noendpoints");
    const both = clusterOf([], { properties: "noendpoints\npods verified" });
    expect(pathsOf(both).begin()).toBeUndefined();
    expect(pathsOf(clusterOf([])).begin()).toBeUndefined();
  });
});

describe("without pods verified, a pod is known by its address", () => {
  it("if it belongs to a Service, be it ready or not", () => {
    const cluster = clusterOf(
      [headless("shop/web"), slice("shop/web", [ofPod("10.0.0.1"), ofPod("10.0.0.2", false)])],
      SLICES,
    );
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual(["shop"]);
    expect(namespacesOf(cluster, "10.0.0.2")).toEqual(["shop"]);
    expect(namespacesOf(cluster, "::ffff:10.0.0.2")).toEqual(["shop"]);
    expect(namespacesOf(cluster, "10.0.0.3")).toEqual([]);
  });

  it("not if the endpoints are no Pods: somebody has written down addresses", () => {
    const cluster = clusterOf([headless("shop/web"), slice("shop/web", ["10.0.0.1"])], SLICES);
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual([]);
  });

  it("until no slice has it any more", () => {
    const cluster = clusterOf([slice("shop/web", [ofPod("10.0.0.1"), ofPod("10.0.0.2", false)])]);
    const { index } = cluster.plugin;
    index.upsert(slice("shop/web", [ofPod("10.0.0.1", false)]));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual(["shop"]);
    expect(namespacesOf(cluster, "10.0.0.2")).toEqual([]);
    index.remove("EndpointSlice", slice("shop/web", []));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual([]);
  });

  it("in the namespace that it was given to last", () => {
    const cluster = clusterOf([slice("shop/web", [ofPod("10.0.0.1")])]);
    cluster.plugin.index.upsert(slice("data/db", [ofPod("10.0.0.1")]));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual(["data"]);
    cluster.plugin.index.remove("EndpointSlice", slice("data/db", []));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual(["shop"]);
  });

  it("and what DNS shows is not touched where only unready pods come and go", () => {
    const cluster = clusterOf([headless("shop/web"), slice("shop/web", [ofPod("10.0.0.1")])]);
    const { index } = cluster.plugin;
    const before = index.version;
    index.upsert(slice("shop/web", [ofPod("10.0.0.1"), ofPod("10.0.0.2", false)]));
    expect(index.version).toBe(before);
    expect(namespacesOf(cluster, "10.0.0.2")).toEqual(["shop"]);
    index.upsert(slice("shop/web", [ofPod("10.0.0.1")]));
    expect(namespacesOf(cluster, "10.0.0.2")).toEqual([]);
    expect(index.version).toBe(before);
  });
});

describe("with pods verified, a pod is known by its address", () => {
  it("whatever Service it belongs to, by each of its addresses", () => {
    const cluster = verified(pod("shop/p", "10.0.0.1", "fd00::1"));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual(["shop"]);
    expect(namespacesOf(cluster, "fd00::1")).toEqual(["shop"]);
    cluster.plugin.index.remove("Pod", pod("shop/p"));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual([]);
  });

  it.each(["Succeeded", "Failed"])("until it has %s", (phase) => {
    const cluster = verified(pod("shop/p", "10.0.0.1"));
    cluster.plugin.index.upsert({ ...pod("shop/p", "10.0.0.1"), phase });
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual([]);
  });

  it("in the namespace of the pod that has it now, though the one before is still told of", () => {
    const cluster = verified(pod("shop/old", "10.0.0.1"));
    const { index } = cluster.plugin;
    index.upsert(pod("data/new", "10.0.0.1"));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual(["data"]);
    index.remove("Pod", pod("shop/old"));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual(["data"]);
    index.upsert(pod("shop/other", "10.0.0.1"));
    index.upsert(pod("data/newer", "10.0.0.1"));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual(["data"]);
    index.remove("Pod", pod("data/newer"));
    index.remove("Pod", pod("data/new"));
    expect(namespacesOf(cluster, "10.0.0.1")).toEqual(["shop"]);
  });
});
