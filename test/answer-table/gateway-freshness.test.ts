import fc from "fast-check";
import { expect, describe, it } from "vitest";
import { ClusterNames } from "../../src/cluster/cluster-names.ts";
import { ServedZone } from "../../src/cluster/served-zone.ts";
import type { ClusterObject } from "../../src/kube/cluster-source.ts";
import { kindsOf } from "../../src/kube/cluster-source.ts";
import { GatewayIndex } from "../../src/plugins/gateway/gateway-index.ts";
import { IgnoredNames } from "../../src/plugins/gateway/ignored-names.ts";
import type { GatewayOptions } from "../../src/plugins/gateway/parse.ts";
import { parseGateway, SELECTION } from "../../src/plugins/gateway/parse.ts";
import { service } from "../../src/plugins/kubernetes/cluster.cases.ts";
import type { ToldPlugin } from "./told-bench.ts";
import { expectFresh, ToldBench } from "./told-bench.ts";

const kinds = kindsOf(SELECTION);

const gateway: ToldPlugin<GatewayOptions> = {
  name: "gateway",
  kinds,
  parse: parseGateway,
  create({ zones = [], ttlSeconds, fallthrough }, context, source) {
    const served = zones.map((zone) => new ServedZone(zone, ttlSeconds));
    const index = new GatewayIndex(zones, new IgnoredNames(context), Date.now);
    return new ClusterNames({ zones: served, fallthrough, kinds }, index, source, context);
  },
};

function openWith(properties: string, objects: Iterable<ClusterObject>): Promise<ToldBench> {
  return ToldBench.open(gateway, `gateway a.test {\n ttl 300\n ${properties}\n }`, objects);
}

const QUESTIONS = [
  "www.a.test A",
  "www.a.test AAAA",
  "x.y.a.test A",
  "y.a.test A",
  "g.a.test A",
  "in.a.test A",
  "a.test A",
];

const shop = { namespace: "shop" };
const at = (...addresses: string[]) => ({ addresses, targets: [] });
const keys = [
  { ...shop, name: "g" },
  { ...shop, name: "h" },
];

const OBJECTS: readonly ClusterObject[] = [
  { kind: "Ingress", ...shop, name: "i", hostnames: ["www.a.test"], ...at("192.0.2.1") },
  { kind: "Ingress", ...shop, name: "i", hostnames: ["x.y.a.test"], ...at("192.0.2.1") },
  { kind: "Ingress", ...shop, name: "j", hostnames: ["www.a.test", "a.test"], ...at("192.0.2.2") },
  {
    kind: "Ingress",
    ...shop,
    name: "j",
    hostnames: ["www.a.test"],
    addresses: [],
    targets: ["lb.test"],
  },
  { kind: "Gateway", ...shop, name: "g", hostnames: ["g.a.test"], ...at("192.0.2.3") },
  { kind: "Gateway", ...shop, name: "g", hostnames: [], ...at("192.0.2.4", "2001:db8::4") },
  { kind: "Gateway", ...shop, name: "h", hostnames: ["www.a.test"], ...at("192.0.2.5") },
  { kind: "HTTPRoute", ...shop, name: "r", hostnames: ["www.a.test"], gateways: keys },
  { kind: "HTTPRoute", ...shop, name: "r", hostnames: ["x.y.a.test"], gateways: keys.slice(1) },
  { kind: "TLSRoute", ...shop, name: "r", hostnames: ["x.y.a.test"], gateways: keys.slice(0, 1) },
  service("shop/web", { clusterIPs: ["10.0.0.1"], internalHostnames: ["in.a.test"] }),
  service("shop/web", { externalIPs: ["192.0.2.6"], hostnames: ["www.a.test"] }),
];

describe.each(["", "fallthrough"])("with cache behind gateway { %s }", (properties) => {
  it("no answer after a change is one that a fresh server could not give", async () => {
    const change = fc.record({ object: fc.constantFrom(...OBJECTS), isRemoval: fc.boolean() });
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, (list) =>
        expectFresh((objects) => openWith(properties, objects), QUESTIONS, list),
      ),
      { numRuns: 20 },
    );
  });
});

it("a change of one name leaves the answers about others where they are", async () => {
  const told = await openWith("", OBJECTS.slice(0, 1));
  const asked = ["www.a.test A", "none.a.test A"];
  for (let i = 0; i < 3; i++) await told.sayAll(asked);
  expect(told.bench.table.size).toBe(2);
  told.sink.upsert({
    kind: "Ingress",
    ...shop,
    name: "k",
    hostnames: ["k.a.test"],
    ...at("192.0.2.9"),
  });
  expect(told.bench.table.size).toBe(2);
  told.sink.upsert({
    kind: "Ingress",
    ...shop,
    name: "k",
    hostnames: ["none.a.test"],
    ...at("192.0.2.9"),
  });
  expect(told.bench.table.size).toBe(1);
  await told.bench.close();
});
