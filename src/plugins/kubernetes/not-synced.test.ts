import { describe, expect, it } from "vitest";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import type { Kind } from "../../kube/cluster-source.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import { passedOn, testQuery } from "../../testing/query.ts";
import {
  externalName,
  headless,
  headlessImport,
  importedSlice,
  namespace,
  service,
  serviceImport,
  slice,
  TestCluster,
} from "./cluster.cases.ts";

const objects = [
  namespace("shop"),
  service("shop/web", { clusterIPs: ["10.96.0.20"] }),
  headless("shop/db"),
  slice("shop/db", ["10.1.0.1"]),
  externalName("shop/alias", "web.shop.svc.cluster.local"),
  externalName("shop/later", "coming.shop.svc.cluster.local"),
];

function cluster(synced: readonly Kind[], properties = "fallthrough"): TestCluster {
  return new TestCluster(objects, { synced, properties });
}

/** What `serve` throws for a question: its response code and extended error. */
function failure(of: TestCluster, question: string): unknown {
  const [qname = "", qtype] = question.split(" ");
  try {
    return of.plugin.serve(testQuery(qname, qtype), passedOn);
  } catch (error) {
    return error instanceof QueryError
      ? [error.rcode, error.extendedError?.data.readUInt16BE(0)]
      : error;
  }
}

const NOT_READY = [Rcode.SERVFAIL, ExtendedErrorCode.NOT_READY];

describe("before the cluster is known", () => {
  it.each([
    "nope.shop.svc.cluster.local. A",
    "web.other.svc.cluster.local. A",
    "other.svc.cluster.local. A",
    "nope.cluster.local. TXT",
    "9.9.9.9.in-addr.arpa. PTR",
    "nope.shop.svc.cluster.local. ANY",
    "cluster.local. NS",
    "ns.dns.cluster.local. A",
    "db.shop.svc.cluster.local. A",
    "10-1-0-1.db.shop.svc.cluster.local. A",
    "10-96-0-20.web.shop.svc.cluster.local. A",
    "1.0.1.10.in-addr.arpa. PTR",
    "later.shop.svc.cluster.local. A",
  ])("neither denies nor passes on %s", (question) => {
    expect(failure(cluster(["Namespace", "Service"]), question)).toEqual(NOT_READY);
    expect(failure(cluster([]), question)).toEqual(NOT_READY);
  });

  it.each([
    "cluster.local. SOA",
    "dns-version.cluster.local. TXT",
    "web.shop.svc.cluster.local. A",
    "alias.shop.svc.cluster.local. A",
    "20.0.96.10.in-addr.arpa. PTR",
  ])("answers %s", async (question) => {
    expect((await cluster(["Namespace", "Service"]).say(question)).join()).toContain(
      "cluster.local.",
    );
  });

  it("says that a Service has no IPv6 address, but not that it has no endpoints", async () => {
    const partial = cluster(["Namespace", "Service"], "ignore empty_service");
    expect(failure(partial, "web.shop.svc.cluster.local. A")).toEqual(NOT_READY);
    const plain = cluster(["Namespace", "Service"]);
    expect(await plain.say("web.shop.svc.cluster.local. AAAA")).toEqual(["NODATA"]);
  });

  it("transfers nothing", () => {
    expect(() => cluster([]).plugin.transfer(Name.parse("cluster.local."))).toThrow(QueryError);
  });

  it("is not ready, and says for what it waits", () => {
    const waiting = cluster(["Service"]);
    expect(waiting.plugin.notReady()).toBe("waiting for the cluster's Namespace, EndpointSlice");
    waiting.plugin.index.synced("Namespace");
    waiting.plugin.index.synced("EndpointSlice");
    expect(waiting.plugin.notReady()).toBeUndefined();
  });

  it("waits for endpoints and pods only where they are asked for", () => {
    const ready = cluster(["Namespace", "Service"], "noendpoints");
    expect(ready.plugin.notReady()).toBeUndefined();
    const verified = cluster(["Namespace", "Service", "EndpointSlice"], "pods verified");
    expect(verified.plugin.notReady()).toBe("waiting for the cluster's Pod");
  });

  it("waits for ServiceImports and endpoints where the zone is one of the cluster set", async () => {
    const set = [
      ...objects,
      serviceImport("shop/api", { clusterIPs: ["10.112.0.1"] }),
      headlessImport("shop/far"),
      importedSlice("shop/far", "east", ["10.2.0.1"]),
    ];
    const options = { zones: "cluster.local set.test", properties: "multicluster set.test" };
    const synced: Kind[] = ["Namespace", "Service"];
    const waiting = new TestCluster(set, { ...options, synced });
    expect(waiting.plugin.notReady()).toBe(
      "waiting for the cluster's EndpointSlice, ServiceImport",
    );
    expect(await waiting.say("api.shop.svc.set.test. A")).toHaveLength(1);
    expect(failure(waiting, "far.shop.svc.set.test. A")).toEqual(NOT_READY);
    waiting.plugin.index.synced("EndpointSlice");
    expect(await waiting.say("far.shop.svc.set.test. A")).toHaveLength(1);
    expect(failure(waiting, "nope.shop.svc.set.test. A")).toEqual(NOT_READY);
    expect(() => waiting.plugin.transfer(Name.parse("set.test."))).toThrow(QueryError);
    // The cluster's own names do not depend on them.
    expect(await waiting.say("nope.shop.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
    waiting.plugin.index.synced("ServiceImport");
    expect(await waiting.say("nope.shop.svc.set.test. A")).toEqual(["NXDOMAIN"]);
    expect(waiting.plugin.notReady()).toBeUndefined();
  });

  it("says nothing of topology zones without endpoints", () => {
    const zonal = cluster(["Namespace", "Service"], "zonal");
    expect(failure(zonal, "z.pin._zone.db.shop.svc.cluster.local. A")).toEqual(NOT_READY);
  });
});
