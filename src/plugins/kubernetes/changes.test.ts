import { describe, expect, it } from "vitest";
import {
  externalName,
  headless,
  namespace,
  pod,
  port,
  service,
  slice,
  TestCluster,
} from "./cluster.cases.ts";

const web = { namespace: "shop", name: "web" };
const forward = "web.shop.svc.cluster.local.";
const reverse = "20.0.96.10.in-addr.arpa. PTR";
const pointer = `20.0.96.10.in-addr.arpa. PTR ${forward}`;

function shop(): TestCluster {
  return new TestCluster([namespace("shop"), service("shop/web", { clusterIPs: ["10.96.0.20"] })]);
}

describe("changes of a Service", () => {
  it("lets ClusterIP become ExternalName become headless", async () => {
    const cluster = shop();
    const { index } = cluster.plugin;
    expect(await cluster.say(`${forward} A`)).toEqual([`${forward} A 10.96.0.20`]);
    expect(await cluster.say(reverse)).toEqual([pointer]);

    index.upsert(externalName("shop/web", "db.example.net"));
    expect(await cluster.say(`${forward} CNAME`)).toEqual([`${forward} CNAME db.example.net.`]);
    expect(await cluster.say(`_http._tcp.${forward} SRV`)).toEqual(["NXDOMAIN"]);
    expect(await cluster.say(reverse)).toEqual(["NXDOMAIN"]);

    index.upsert(headless("shop/web"));
    expect(await cluster.say(`${forward} A`)).toEqual(["NXDOMAIN"]);
    index.upsert(slice("shop/web", ["10.1.0.1"]));
    expect(await cluster.say(`${forward} A`)).toEqual([`${forward} A 10.1.0.1`]);
    expect(await cluster.say(`${forward} CNAME`)).toEqual(["NODATA"]);
  });

  it("shows a second address, new ports, and the end", async () => {
    const cluster = shop();
    const { index } = cluster.plugin;
    expect(await cluster.say(`${forward} AAAA`)).toEqual(["NODATA"]);
    index.upsert(
      service("shop/web", { clusterIPs: ["10.96.0.20", "fd00::20"], ports: [port("https", 443)] }),
    );
    expect(await cluster.say(`${forward} AAAA`)).toEqual([`${forward} AAAA fd00::20`]);
    expect(await cluster.say(`_http._tcp.${forward} SRV`)).toEqual(["NXDOMAIN"]);
    expect(await cluster.say(`_https._tcp.${forward} SRV`)).toHaveLength(1);
    index.remove("Service", web);
    expect(await cluster.say(`${forward} A`)).toEqual(["NXDOMAIN"]);
    expect(await cluster.say(reverse)).toEqual(["NXDOMAIN"]);
  });

  it("gives a ClusterIP that two Services claim to the same one, and then to the other", async () => {
    const cluster = shop();
    const { index } = cluster.plugin;
    index.upsert(service("shop/api", { clusterIPs: ["10.96.0.20"] }));
    const other = "20.0.96.10.in-addr.arpa. PTR api.shop.svc.cluster.local.";
    expect(await cluster.say(reverse)).toEqual([other]);
    index.remove("Service", { namespace: "shop", name: "api" });
    expect(await cluster.say(reverse)).toEqual([pointer]);
  });
});

describe("changes of slices", () => {
  it("moves addresses with the slice", async () => {
    const cluster = shop();
    const { index } = cluster.plugin;
    index.upsert(headless("shop/a"));
    index.upsert(headless("shop/b"));
    index.upsert(slice("shop/s", ["10.1.0.1", "10.1.0.2"], { serviceName: "a" }));
    expect(await cluster.say("a.shop.svc.cluster.local. A")).toHaveLength(2);
    index.upsert(slice("shop/s", ["10.1.0.2"], { serviceName: "b" }));
    expect(await cluster.say("a.shop.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
    expect(await cluster.say("b.shop.svc.cluster.local. A")).toHaveLength(1);
    expect(await cluster.say("1.0.1.10.in-addr.arpa. PTR")).toEqual(["NXDOMAIN"]);
    expect(await cluster.say("2.0.1.10.in-addr.arpa. PTR")).toEqual([
      "2.0.1.10.in-addr.arpa. PTR 10-1-0-2.b.shop.svc.cluster.local.",
    ]);
    index.upsert(slice("shop/s", ["10.1.0.2"], { serviceName: "b", addressType: "FQDN" }));
    expect(await cluster.say("b.shop.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
  });

  it("takes slices before their Service, and forgets them after it", async () => {
    const cluster = new TestCluster([namespace("shop"), slice("shop/late", ["10.1.0.1"])]);
    const { index } = cluster.plugin;
    const question = "late.shop.svc.cluster.local. A";
    expect(await cluster.say(question)).toEqual(["NXDOMAIN"]);
    index.upsert(headless("shop/late"));
    expect(await cluster.say(question)).toHaveLength(1);
    index.remove("Service", { namespace: "shop", name: "late" });
    expect(await cluster.say(question)).toEqual(["NXDOMAIN"]);
    index.remove("EndpointSlice", { namespace: "shop", name: "late" });
    expect([...index.services.nodes()]).toEqual([]);
  });

  it("follows an endpoint that becomes unready", async () => {
    const cluster = new TestCluster([
      namespace("shop"),
      headless("shop/db"),
      slice("shop/db", ["10.1.0.1", "10.1.0.2"]),
    ]);
    expect(await cluster.say("10-1-0-2.db.shop.svc.cluster.local. A")).toHaveLength(1);
    cluster.plugin.index.upsert(
      slice("shop/db", ["10.1.0.1", { addresses: ["10.1.0.2"], ready: false }]),
    );
    expect(await cluster.say("db.shop.svc.cluster.local. A")).toHaveLength(1);
    expect(await cluster.say("10-1-0-2.db.shop.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
  });
});

describe("changes of namespaces", () => {
  it("takes names and pointers away with the namespace, and gives them back", async () => {
    const cluster = shop();
    const { index } = cluster.plugin;
    index.upsert(headless("shop/db"));
    index.upsert(slice("shop/db", ["10.1.0.1"]));
    const questions = [
      `${forward} A`,
      reverse,
      "db.shop.svc.cluster.local. A",
      "1.0.1.10.in-addr.arpa. PTR",
    ];
    index.remove("Namespace", { namespace: "", name: "shop" });
    for (const question of questions) expect(await cluster.say(question)).toEqual(["NXDOMAIN"]);
    index.upsert(namespace("shop"));
    for (const question of questions) expect(await cluster.say(question)).not.toEqual(["NXDOMAIN"]);
  });

  it("forgets namespaces that nothing hangs on any more", () => {
    const cluster = shop();
    const { index } = cluster.plugin;
    const key = "\u0004shop";
    index.remove("Namespace", { namespace: "", name: "shop" });
    expect(index.namespace(key)?.exists).toBe(false);
    index.remove("Service", web);
    expect(index.namespace(key)).toBeUndefined();
    index.remove("Namespace", { namespace: "", name: "never" });
    expect(index.namespace("\u0005never")).toBeUndefined();
  });
});

describe("the serial number", () => {
  function serialOf(cluster: TestCluster): number {
    return cluster.plugin.index.services.serial.value;
  }

  it("is the time of the last change that DNS shows", () => {
    let seconds = 1_000;
    const cluster = new TestCluster([namespace("shop")], { now: () => seconds * 1_000 });
    expect(serialOf(cluster)).toBe(1_000);
    seconds = 2_000;
    const object = service("shop/web", { clusterIPs: ["10.96.0.20"] });
    cluster.plugin.index.upsert(object);
    expect(serialOf(cluster)).toBe(2_000);
    seconds = 3_000;
    cluster.plugin.index.upsert({ ...object });
    cluster.plugin.index.upsert({ ...object, publishNotReadyAddresses: true });
    cluster.plugin.index.remove("EndpointSlice", web);
    expect(serialOf(cluster)).toBe(2_000);
    cluster.plugin.index.upsert({ ...object, clusterIPs: ["10.96.0.20", "fd00::20"] });
    expect(serialOf(cluster)).toBe(3_000);
  });

  it("grows with each change though the clock goes backwards", () => {
    let seconds = 5_000;
    const cluster = new TestCluster([namespace("shop")], { now: () => seconds * 1_000 });
    expect(serialOf(cluster)).toBe(5_000);
    seconds = 1;
    cluster.plugin.index.upsert(slice("shop/web", ["10.1.0.1"]));
    expect(serialOf(cluster)).toBe(5_001);
    cluster.plugin.index.upsert(slice("shop/web", ["10.1.0.2"]));
    expect(serialOf(cluster)).toBe(5_002);
    expect(serialOf(cluster)).toBe(5_002);
  });

  it("tells listeners of the changes that DNS shows", () => {
    const cluster = shop();
    let calls = 0;
    cluster.plugin.index.onChange(() => calls++);
    cluster.plugin.index.upsert(slice("shop/web", ["10.1.0.1"]));
    cluster.plugin.index.upsert(slice("shop/web", ["10.1.0.1"]));
    cluster.plugin.index.upsert(slice("shop/web", [{ addresses: ["10.1.0.1"], nodeName: "b" }]));
    expect(calls).toBe(1);
    cluster.plugin.index.remove("EndpointSlice", web);
    expect(calls).toBe(2);
  });
});

describe("pods", () => {
  it("come and go with their addresses", async () => {
    const cluster = new TestCluster([namespace("shop"), pod("shop/a", "10.1.0.1", "2001:db8::1")], {
      properties: "pods verified",
    });
    const { index } = cluster.plugin;
    const first = "10-1-0-1.shop.pod.cluster.local. A";
    expect(await cluster.say(first)).toHaveLength(1);
    expect(await cluster.say("2001-db8--1.shop.pod.cluster.local. AAAA")).toHaveLength(1);
    index.upsert(pod("shop/b", "10.1.0.1"));
    index.upsert({ ...pod("shop/a", "10.1.0.1"), phase: "Succeeded" });
    expect(await cluster.say("2001-db8--1.shop.pod.cluster.local. AAAA")).toEqual(["NXDOMAIN"]);
    expect(await cluster.say(first)).toEqual(["10-1-0-1.shop.pod.cluster.local. A 10.1.0.1"]);
    index.remove("Pod", { namespace: "shop", name: "b" });
    expect(await cluster.say(first)).toEqual(["NXDOMAIN"]);
  });
});
