import { describe, expect, it } from "vitest";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { REASONS } from "../../server/contract/reason.ts";
import { Trace } from "../../server/contract/trace.ts";
import { testQuery } from "../../testing/query.ts";
import { Reply } from "../../server/contract/reply.ts";
import {
  externalName,
  headless,
  namespace,
  pod,
  service,
  slice,
  TestCluster,
} from "./cluster.cases.ts";

const OBJECTS = [
  namespace("shop"),
  namespace("data"),
  namespace("hidden"),
  service("shop/web", { clusterIPs: ["10.0.0.1"] }),
  service("shop/idle", { clusterIPs: ["10.0.0.2"] }),
  slice("shop/web", ["10.1.0.1"]),
  headless("shop/db"),
  headless("data/pg"),
  slice("data/pg", [{ addresses: ["10.1.0.2"], hostname: "pg-0" }]),
  externalName("shop/address", "192.0.2.1"),
  pod("shop/p", "10.1.0.9"),
];
const options = { zones: "cluster.local in-addr.arpa", properties: "pods verified" };

function open(properties: string, objects = OBJECTS): TestCluster {
  return new TestCluster(objects, { ...options, properties });
}

async function reasonOf(cluster: TestCluster, name: string, type = "A"): Promise<string> {
  const query = testQuery(name, type);
  query.trace = new Trace();
  // A chain would have begun a step.
  const step = query.trace.enter("kubernetes");
  const reply = await cluster.plugin.serve(query, () => new Reply());
  return reply instanceof Reply ? `${reply.reason}: ${step.notes.join()}` : "dropped";
}

describe("a name is denied with its reason, which a trace tells, too", () => {
  const cluster = open("pods verified");
  it.each([
    ["web.shpo.svc.cluster.local.", "no-namespace"],
    ["web.nowhere.svc.cluster.local.", "no-namespace"],
    ["nowhere.svc.cluster.local.", "no-namespace"],
    ["wbe.shop.svc.cluster.local.", "no-service"],
    ["pg.shop.svc.cluster.local.", "no-service"],
    ["db.shop.svc.cluster.local.", "no-endpoint"],
    ["pg-1.pg.data.svc.cluster.local.", "no-endpoint-name"],
    ["_htpt._tcp.web.shop.svc.cluster.local.", "no-port"],
    ["address.shop.svc.cluster.local.", "external-name-is-address"],
    ["10-1-0-8.shop.pod.cluster.local.", "no-pod"],
    ["10-1-0-8.nowhere.pod.cluster.local.", "no-namespace"],
    ["web.shop.cluster.local.", "no-such-form"],
    ["a.b.c.d.e.f.cluster.local.", "no-such-form"],
    ["9.9.9.10.in-addr.arpa.", "no-object-with-address"],
  ])("%s: %s", async (name, code) => {
    const text = REASONS[code as keyof typeof REASONS];
    expect(await reasonOf(cluster, name)).toBe(`${code}: ${text}`);
  });

  it.each([
    ["namespaces shop", "pg.data.svc.cluster.local.", "namespace-hidden"],
    ["namespaces shop", "web.unknown.svc.cluster.local.", "namespace-hidden"],
    ["namespaces shop", "10-1-0-9.data.pod.cluster.local.", "pods-disabled"],
    ["pods disabled", "10-1-0-9.shop.pod.cluster.local.", "pods-disabled"],
    ["ignore empty_service", "idle.shop.svc.cluster.local.", "empty-service"],
  ])("with { %s }, %s: %s", async (properties, name, code) => {
    expect(await reasonOf(open(properties), name)).toContain(`${code}: `);
  });

  it("also where only the type is missing", async () => {
    expect(await reasonOf(cluster, "web.shop.svc.cluster.local.", "AAAA")).toBe(
      "no-record-of-type: ",
    );
    expect(await reasonOf(cluster, "web.shop.svc.cluster.local.")).toBe(
      'undefined: from the cluster\'s objects, zone "cluster.local."',
    );
  });

  it("every denial has one", async () => {
    for (const type of ["A", "SRV", "TXT", "MX"]) {
      const reason = await reasonOf(cluster, "nobody.shop.svc.cluster.local.", type);
      expect(reason).toMatch(/^no-service: /);
    }
  });
});

describe("explain", () => {
  it("tells clients with EDNS why, and nothing of other names", async () => {
    const query = testQuery("wbe.shop.svc.cluster.local.");
    const [plain, explained] = ["pods verified", "explain"].map((properties) =>
      open(properties).plugin.serve(query, () => new Reply()),
    );
    expect((plain as Reply).options).toEqual([]);
    const [option] = (explained as Reply).options;
    expect(option?.data.readUInt16BE(0)).toBe(ExtendedErrorCode.OTHER);
    expect(option?.data.subarray(2).toString()).toBe(REASONS["no-service"]);
  });
});
