import { describe, expect, it } from "vitest";
import { headless, namespace, service, slice, TestCluster } from "./cluster.cases.ts";
import { SHOP } from "./shop.cases.ts";

const cluster = new TestCluster(SHOP);

describe("names of ClusterIP Services", () => {
  it.each<[string, string[]]>([
    ["web.shop.svc.cluster.local. A", ["web.shop.svc.cluster.local. A 10.96.0.20"]],
    ["web.shop.svc.cluster.local. AAAA", ["web.shop.svc.cluster.local. AAAA fd00::20"]],
    ["six.shop.svc.cluster.local. A", ["NODATA"]],
    ["six.shop.svc.cluster.local. AAAA", ["six.shop.svc.cluster.local. AAAA fd00::6"]],
    [
      "_http._tcp.web.shop.svc.cluster.local. A",
      ["_http._tcp.web.shop.svc.cluster.local. A 10.96.0.20"],
    ],
    [
      "http.tcp.web.shop.svc.cluster.local. A",
      ["http.tcp.web.shop.svc.cluster.local. A 10.96.0.20"],
    ],
    ["_http._udp.web.shop.svc.cluster.local. A", ["NXDOMAIN"]],
    ["_nope._tcp.web.shop.svc.cluster.local. SRV", ["NXDOMAIN"]],
    ["__http._tcp.web.shop.svc.cluster.local. SRV", ["NXDOMAIN"]],
    [
      "_dns._udp.web.shop.svc.cluster.local. SRV",
      ["_dns._udp.web.shop.svc.cluster.local. SRV 0 50 53 web.shop.svc.cluster.local."],
    ],
    ["plain.shop.svc.cluster.local. A", ["plain.shop.svc.cluster.local. A 10.96.0.21"]],
    ["plain.shop.svc.cluster.local. SRV", ["NODATA"]],
    [
      "nameless.shop.svc.cluster.local. SRV",
      ["nameless.shop.svc.cluster.local. SRV 0 100 7000 nameless.shop.svc.cluster.local."],
    ],
    [
      "_._tcp.nameless.shop.svc.cluster.local. SRV",
      ["_._tcp.nameless.shop.svc.cluster.local. SRV 0 100 7000 nameless.shop.svc.cluster.local."],
    ],
    ["pending.shop.svc.cluster.local. A", ["NODATA"]],
    ["pending.shop.svc.cluster.local. CNAME", ["NODATA"]],
    ["svc.shop.svc.cluster.local. A", ["svc.shop.svc.cluster.local. A 10.96.0.23"]],
    ["10-1-0-1.web.shop.svc.cluster.local. A", ["10-1-0-1.web.shop.svc.cluster.local. A 10.1.0.1"]],
    [
      "10-1-0-1.web.shop.svc.cluster.local. SRV",
      ["10-1-0-1.web.shop.svc.cluster.local. SRV 0 100 8080 10-1-0-1.web.shop.svc.cluster.local."],
    ],
    ["10-1-0-2.web.shop.svc.cluster.local. A", ["NXDOMAIN"]],
    ["a.b.c.web.shop.svc.cluster.local. A", ["NXDOMAIN"]],
    ["*.shop.svc.cluster.local. A", ["NXDOMAIN"]],
    ["web.gone.svc.cluster.local. A", ["NXDOMAIN"]],
    ["web.shop.svc.cluster.local. HTTPS", ["NODATA"]],
    ["web.shop.svc.cluster.local. TXT", ["NODATA"]],
    ["nope.shop.svc.cluster.local. HTTPS", ["NXDOMAIN"]],
  ])("answers %s", async (question, expected) => {
    expect(await cluster.say(question)).toEqual(expected);
  });

  it("adds the addresses of SRV targets, each once", async () => {
    const reply = await cluster.ask("web.shop.svc.cluster.local.", "SRV");
    expect(reply.answer.map((record) => record.replace(/.* SRV /, ""))).toEqual([
      "0 16 80 web.shop.svc.cluster.local.",
      "0 16 53 web.shop.svc.cluster.local.",
    ]);
    expect(reply.additional).toEqual([
      "web.shop.svc.cluster.local. 5 IN A 10.96.0.20",
      "web.shop.svc.cluster.local. 5 IN AAAA fd00::20",
    ]);
  });
});

describe("names of headless Services and endpoints", () => {
  it.each<[string, string[]]>([
    [
      "db.data.svc.cluster.local. A",
      ["db.data.svc.cluster.local. A 10.1.1.1", "db.data.svc.cluster.local. A 10.1.1.2"],
    ],
    [
      "db.data.svc.cluster.local. AAAA",
      ["db.data.svc.cluster.local. AAAA 2001:db8::", "db.data.svc.cluster.local. AAAA 2001:db8::1"],
    ],
    ["db.data.svc.cluster.local. CNAME", ["NODATA"]],
    [
      "_admin._tcp.db.data.svc.cluster.local. A",
      ["_admin._tcp.db.data.svc.cluster.local. A 10.1.1.1"],
    ],
    ["db-0.db.data.svc.cluster.local. A", ["db-0.db.data.svc.cluster.local. A 10.1.1.1"]],
    ["db-0.db.data.svc.cluster.local. AAAA", ["db-0.db.data.svc.cluster.local. AAAA 2001:db8::1"]],
    ["10-1-1-1.db.data.svc.cluster.local. A", ["NXDOMAIN"]],
    ["10-1-1-2.db.data.svc.cluster.local. A", ["10-1-1-2.db.data.svc.cluster.local. A 10.1.1.2"]],
    ["10-1-1-3.db.data.svc.cluster.local. A", ["NXDOMAIN"]],
    [
      "2001-db8--0.db.data.svc.cluster.local. AAAA",
      ["2001-db8--0.db.data.svc.cluster.local. AAAA 2001:db8::"],
    ],
    ["_pg._tcp.db-0.db.data.svc.cluster.local. SRV", ["NXDOMAIN"]],
    ["empty.data.svc.cluster.local. A", ["NXDOMAIN"]],
    ["unready.data.svc.cluster.local. A", ["NXDOMAIN"]],
    ["portless.data.svc.cluster.local. A", ["portless.data.svc.cluster.local. A 10.1.3.1"]],
    ["portless.data.svc.cluster.local. SRV", ["NODATA"]],
    ["open.data.svc.cluster.local. A", ["open.data.svc.cluster.local. A 10.1.5.1"]],
    ["open.data.svc.cluster.local. SRV", ["NODATA"]],
    ["orphan.data.svc.cluster.local. A", ["NXDOMAIN"]],
    ["10-1-4-1.orphan.data.svc.cluster.local. A", ["NXDOMAIN"]],
  ])("answers %s", async (question, expected) => {
    expect(await cluster.say(question)).toEqual(expected);
  });

  it("shares the weight over all pairs of address and port, and lists each target once", async () => {
    const { answer, additional } = await cluster.ask("_pg._tcp.db.data.svc.cluster.local.", "SRV");
    expect(answer.map((record) => record.replace(/.* SRV /, "")).toSorted()).toEqual([
      "0 20 5432 10-1-1-2.db.data.svc.cluster.local.",
      "0 20 5432 2001-db8--0.db.data.svc.cluster.local.",
      "0 20 5432 db-0.db.data.svc.cluster.local.",
    ]);
    expect(additional.toSorted()).toEqual([
      "10-1-1-2.db.data.svc.cluster.local. 5 IN A 10.1.1.2",
      "2001-db8--0.db.data.svc.cluster.local. 5 IN AAAA 2001:db8::",
      "db-0.db.data.svc.cluster.local. 5 IN A 10.1.1.1",
      "db-0.db.data.svc.cluster.local. 5 IN AAAA 2001:db8::1",
    ]);
  });

  it("names endpoints after their pods where that is asked for and makes a label", async () => {
    const pods = ["web-1", "dotted.pod", "x".repeat(64)].map((podName, i) => ({
      addresses: [`10.2.0.${i}`],
      podName,
    }));
    const named = new TestCluster(
      [
        namespace("shop"),
        headless("shop/web"),
        slice("shop/web", [...pods, { ...pods[0], addresses: ["10.2.0.9"], hostname: "host" }]),
      ],
      { properties: "endpoint_pod_names" },
    );
    const { answer } = await named.ask("web.shop.svc.cluster.local.", "SRV");
    expect(answer.map((record) => record.replace(/.* 8080 (.*)\.web\.shop.*/, "$1"))).toEqual([
      "web-1",
      "10-2-0-1",
      "10-2-0-2",
      "host",
    ]);
  });

  it("knows no endpoints under noendpoints", async () => {
    const bare = new TestCluster(
      [namespace("data"), headless("data/db"), service("data/web", { clusterIPs: ["10.96.0.1"] })],
      { properties: "noendpoints", synced: ["Namespace", "Service"] },
    );
    expect(await bare.say("db.data.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
    expect(await bare.say("web.data.svc.cluster.local. SRV")).toHaveLength(1);
  });

  it("hides ClusterIP Services without ready endpoints under ignore empty_service", async () => {
    const ignoring = new TestCluster(SHOP, { properties: "ignore empty_service" });
    expect(await ignoring.say("web.shop.svc.cluster.local. A")).toHaveLength(1);
    expect(await ignoring.say("six.shop.svc.cluster.local. AAAA")).toEqual(["NXDOMAIN"]);
    expect(await ignoring.say("_http._tcp.six.shop.svc.cluster.local. SRV")).toEqual(["NXDOMAIN"]);
    expect(await ignoring.say("db.data.svc.cluster.local. A")).toHaveLength(2);
  });
});
