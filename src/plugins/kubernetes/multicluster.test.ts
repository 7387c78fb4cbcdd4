import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { formatRecord } from "../../dns/presentation.ts";
import type { ClusterObject } from "../../kube/cluster-source.ts";
import { testContext } from "../../testing/context.ts";
import {
  headless,
  headlessImport,
  importedSlice,
  namespace,
  pod,
  port,
  service,
  serviceImport,
  slice,
  TestCluster,
} from "./cluster.cases.ts";
import { Kubernetes } from "./kubernetes.ts";
import { parseKubernetes } from "./parse.ts";

const ZONES = "cluster.local set.test in-addr.arpa";

/** Namespace `gone` does not exist here, whatever others export from theirs. */
const SET: readonly ClusterObject[] = [
  namespace("shop"),
  service("shop/web", { clusterIPs: ["10.96.0.20"] }),
  slice("shop/web", ["10.1.0.1"]),
  serviceImport("shop/web", {
    clusterIPs: ["10.112.0.1", "fd00::1"],
    ports: [port("http", 80), port("dns", 53, "udp")],
  }),
  importedSlice("shop/web", "east", ["10.2.0.1", { addresses: ["10.2.0.2"], hostname: "a" }]),
  importedSlice("shop/web", "west", ["10.3.0.1"]),
  headlessImport("shop/db"),
  importedSlice("shop/db", "east", [{ addresses: ["10.2.1.1"], hostname: "db-0" }]),
  importedSlice("shop/db", "west", [
    { addresses: ["10.3.1.1"], hostname: "db-0" },
    { addresses: ["10.3.1.2"], ready: false },
  ]),
  importedSlice("shop/db", "", [{ addresses: ["10.4.1.1"], hostname: "db-0" }]),
  importedSlice("shop/db", "two.labels", [{ addresses: ["10.5.1.1"], hostname: "db-5" }]),
  headlessImport("shop/hollow"),
  serviceImport("shop/idle", { clusterIPs: ["10.112.0.2"] }),
  serviceImport("gone/web", { clusterIPs: ["10.112.0.3"] }),
  pod("shop/p", "10.1.0.1"),
];

function clusterSet(properties = "", objects = SET, zones = ZONES): TestCluster {
  return new TestCluster(objects, { zones, properties: `multicluster set.test\n${properties}` });
}

describe("names in a zone of the cluster set", () => {
  const cluster = clusterSet("pods verified");

  it.each<[string, string[]]>([
    ["web.shop.svc.set.test. A", ["web.shop.svc.set.test. A 10.112.0.1"]],
    ["web.shop.svc.set.test. AAAA", ["web.shop.svc.set.test. AAAA fd00::1"]],
    [
      "_dns._udp.web.shop.svc.set.test. SRV",
      ["_dns._udp.web.shop.svc.set.test. SRV 0 50 53 web.shop.svc.set.test."],
    ],
    // Without underscores these are an endpoint and its cluster.
    ["dns.udp.web.shop.svc.set.test. SRV", ["NXDOMAIN"]],
    [
      "_dns.udp.web.shop.svc.set.test. SRV",
      ["_dns.udp.web.shop.svc.set.test. SRV 0 50 53 web.shop.svc.set.test."],
    ],
    ["a.east.web.shop.svc.set.test. A", ["a.east.web.shop.svc.set.test. A 10.2.0.2"]],
    [
      "10-3-0-1.west.web.shop.svc.set.test. SRV",
      ["10-3-0-1.west.web.shop.svc.set.test. SRV 0 100 8080 10-3-0-1.west.web.shop.svc.set.test."],
    ],
    ["10-3-0-1.east.web.shop.svc.set.test. A", ["NXDOMAIN"]],
    ["a.web.shop.svc.set.test. A", ["NXDOMAIN"]],
    ["10-1-0-1.web.shop.svc.set.test. A", ["NXDOMAIN"]],
    [
      "db.shop.svc.set.test. A",
      ["10.2.1.1", "10.3.1.1", "10.4.1.1", "10.5.1.1"].map(
        (address) => `db.shop.svc.set.test. A ${address}`,
      ),
    ],
    ["db-0.west.db.shop.svc.set.test. A", ["db-0.west.db.shop.svc.set.test. A 10.3.1.1"]],
    ["10-3-1-2.west.db.shop.svc.set.test. A", ["NXDOMAIN"]],
    // Endpoints of a cluster without a name, or with one that is no label, are named without it.
    ["db-0.db.shop.svc.set.test. A", ["db-0.db.shop.svc.set.test. A 10.4.1.1"]],
    ["db-5.db.shop.svc.set.test. A", ["db-5.db.shop.svc.set.test. A 10.5.1.1"]],
    ["hollow.shop.svc.set.test. A", ["NXDOMAIN"]],
    ["idle.shop.svc.set.test. A", ["idle.shop.svc.set.test. A 10.112.0.2"]],
    ["web.gone.svc.set.test. A", ["NXDOMAIN"]],
    ["nope.shop.svc.set.test. A", ["NXDOMAIN"]],
    ["shop.svc.set.test. A", ["NODATA"]],
    ["a.b.c.web.shop.svc.set.test. A", ["NXDOMAIN"]],
    ["10-1-0-1.shop.pod.set.test. A", ["10-1-0-1.shop.pod.set.test. A 10.1.0.1"]],
    ["dns-version.set.test. TXT", ['dns-version.set.test. TXT "1.1.0"']],
  ])("answers %s", async (question, expected) => {
    expect(await cluster.say(question)).toEqual(expected);
  });

  it("names the targets of SRV records with their clusters", async () => {
    const { answer } = await cluster.ask("_http._tcp.db.shop.svc.set.test.", "SRV");
    expect(answer.map((record) => record.replace(/.* SRV /, "")).toSorted()).toEqual([
      "0 25 8080 db-0.db.shop.svc.set.test.",
      "0 25 8080 db-0.east.db.shop.svc.set.test.",
      "0 25 8080 db-0.west.db.shop.svc.set.test.",
      "0 25 8080 db-5.db.shop.svc.set.test.",
    ]);
  });

  it("leaves the cluster's own names as they are", async () => {
    expect(await cluster.say("web.shop.svc.cluster.local. A")).toEqual([
      "web.shop.svc.cluster.local. A 10.96.0.20",
    ]);
    for (const name of ["db.shop", "a.east.web.shop", "a.web.shop", "idle.shop"]) {
      expect(await cluster.say(`${name}.svc.cluster.local. A`)).toEqual(["NXDOMAIN"]);
    }
  });

  it("gives no names to addresses, also where the zone comes first", async () => {
    const swapped = clusterSet("", SET, "set.test cluster.local in-addr.arpa");
    for (const address of ["1.0.112.10", "1.0.2.10"]) {
      expect(await swapped.say(`${address}.in-addr.arpa. PTR`)).toEqual(["NXDOMAIN"]);
    }
    expect(await swapped.say("20.0.96.10.in-addr.arpa. PTR")).toEqual([
      "20.0.96.10.in-addr.arpa. PTR web.shop.svc.cluster.local.",
    ]);
  });

  it("is such a zone also below one", async () => {
    const below = clusterSet("", SET, "cluster.local set.test east.set.test");
    expect(await below.say("idle.shop.svc.east.set.test. A")).toHaveLength(1);
  });

  it("hides ClusterSetIP Services without ready endpoints under ignore empty_service", async () => {
    const ignoring = clusterSet("ignore empty_service");
    expect(await ignoring.say("web.shop.svc.set.test. A")).toHaveLength(1);
    expect(await ignoring.say("idle.shop.svc.set.test. A")).toEqual(["NXDOMAIN"]);
  });

  it("is sent with the clusters in the endpoints' names", () => {
    const records = cluster.plugin.transfer(Name.parse("set.test.")) ?? [];
    expect(Array.from(records, formatRecord).filter((line) => / (A|SRV) /.test(line))).toEqual([
      "db.shop.svc.set.test. 5 IN A 10.4.1.1",
      "db-0.db.shop.svc.set.test. 5 IN A 10.4.1.1",
      "_http._tcp.db.shop.svc.set.test. 5 IN SRV 0 100 8080 db-0.db.shop.svc.set.test.",
      "db.shop.svc.set.test. 5 IN A 10.2.1.1",
      "db-0.east.db.shop.svc.set.test. 5 IN A 10.2.1.1",
      "_http._tcp.db.shop.svc.set.test. 5 IN SRV 0 100 8080 db-0.east.db.shop.svc.set.test.",
      "db.shop.svc.set.test. 5 IN A 10.5.1.1",
      "db-5.db.shop.svc.set.test. 5 IN A 10.5.1.1",
      "_http._tcp.db.shop.svc.set.test. 5 IN SRV 0 100 8080 db-5.db.shop.svc.set.test.",
      "db.shop.svc.set.test. 5 IN A 10.3.1.1",
      "db-0.west.db.shop.svc.set.test. 5 IN A 10.3.1.1",
      "_http._tcp.db.shop.svc.set.test. 5 IN SRV 0 100 8080 db-0.west.db.shop.svc.set.test.",
      "idle.shop.svc.set.test. 5 IN A 10.112.0.2",
      "idle.shop.svc.set.test. 5 IN SRV 0 100 80 idle.shop.svc.set.test.",
      "_http._tcp.idle.shop.svc.set.test. 5 IN SRV 0 100 80 idle.shop.svc.set.test.",
      "web.shop.svc.set.test. 5 IN A 10.112.0.1",
      "web.shop.svc.set.test. 5 IN SRV 0 100 80 web.shop.svc.set.test.",
      "_http._tcp.web.shop.svc.set.test. 5 IN SRV 0 100 80 web.shop.svc.set.test.",
      "web.shop.svc.set.test. 5 IN SRV 0 100 53 web.shop.svc.set.test.",
      "_dns._udp.web.shop.svc.set.test. 5 IN SRV 0 100 53 web.shop.svc.set.test.",
    ]);
  });
});

describe("a slice of a ServiceImport and of a Service", () => {
  const both = importedSlice("shop/db", "east", [{ addresses: ["10.2.1.1"], hostname: "h" }], {
    serviceName: "derived",
  });
  const objects = [namespace("shop"), headlessImport("shop/db"), headless("shop/derived"), both];
  const far = "h.east.db.shop.svc.set.test. A";
  const near = "h.derived.shop.svc.cluster.local. A";
  const reverse = "1.1.2.10.in-addr.arpa. PTR";

  it("is in both zones under its own name, and has a pointer to the one of the cluster", async () => {
    const cluster = clusterSet("", objects);
    expect(await cluster.say(far)).toHaveLength(1);
    expect(await cluster.say(near)).toHaveLength(1);
    expect(await cluster.say("derived.shop.svc.set.test. A")).toEqual(["NXDOMAIN"]);
    expect(await cluster.say("db.shop.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
    expect(await cluster.say(reverse)).toEqual([
      "1.1.2.10.in-addr.arpa. PTR h.derived.shop.svc.cluster.local.",
    ]);
  });

  it("leaves one of them, and the other, and both", async () => {
    const cluster = clusterSet("", objects);
    const { index } = cluster.plugin;
    const { imported: _imported, ...own } = both;
    index.upsert(own);
    expect(await cluster.say(far)).toEqual(["NXDOMAIN"]);
    expect(await cluster.say(near)).toHaveLength(1);
    index.upsert({ ...both, serviceName: "not.a.label" });
    expect(await cluster.say(far)).toHaveLength(1);
    expect(await cluster.say(near)).toEqual(["NXDOMAIN"]);
    index.remove("EndpointSlice", both);
    index.remove("ServiceImport", { namespace: "shop", name: "db" });
    expect(await cluster.say(far)).toEqual(["NXDOMAIN"]);
    expect([...index.imports.nodes()]).toEqual([]);
  });

  it("is in the cluster set alone under noendpoints", async () => {
    const cluster = clusterSet("noendpoints", objects);
    expect(await cluster.say(far)).toHaveLength(1);
    expect(await cluster.say(near)).toEqual(["NXDOMAIN"]);
    expect(await cluster.say(reverse)).toEqual(["NXDOMAIN"]);
  });

  it("is of no import where there is no zone for it", async () => {
    const cluster = new TestCluster(objects);
    expect(await cluster.say(near)).toHaveLength(1);
    expect([...cluster.plugin.index.imports.nodes()].map(({ slices }) => slices)).toEqual([[]]);
  });
});

describe("the serial of a zone of the cluster set", () => {
  it("counts what the zone shows, and not the cluster's own Services", () => {
    let seconds = 1_000;
    const cluster = new TestCluster([namespace("shop")], {
      zones: ZONES,
      properties: "multicluster set.test",
      now: () => seconds * 1_000,
    });
    const { index } = cluster.plugin;
    const serials = (): number[] => [index.services.serial.value, index.imports.serial.value];
    expect(serials()).toEqual([1_000, 1_000]);
    seconds = 2_000;
    index.upsert(service("shop/web"));
    index.upsert(slice("shop/web", ["10.1.0.1"]));
    expect(serials()).toEqual([2_000, 1_000]);
    seconds = 3_000;
    index.upsert(serviceImport("shop/web"));
    index.upsert(importedSlice("shop/web", "east", ["10.2.0.1"]));
    expect(serials()).toEqual([2_000, 3_000]);
    seconds = 4_000;
    index.upsert(serviceImport("shop/web"));
    index.upsert(importedSlice("shop/web", "east", ["10.2.0.1"]));
    expect(serials()).toEqual([2_000, 3_000]);
    index.upsert(importedSlice("shop/web", "east", ["10.2.0.2"]));
    expect(serials()).toEqual([2_000, 4_000]);
    seconds = 5_000;
    index.remove("Namespace", { namespace: "", name: "shop" });
    expect(serials()).toEqual([5_000, 5_000]);
  });
});

describe("the option multicluster", () => {
  function warnings(properties: string, zones: readonly string[]): string[] {
    const messages: string[] = [];
    const directive = `kubernetes {\nmanifests m\n${properties}\n}`;
    const context = testContext({ directive, zones });
    const log = { ...context.log, warn: (message: string) => void messages.push(message) };
    const source = { start: () => Promise.resolve(), stop: () => Promise.resolve() };
    const world = { source, localAddresses: [], now: Date.now };
    const plugin = new Kubernetes(parseKubernetes(context.directive), { ...context, log }, world);
    expect(plugin.notReady()).toContain("Service");
    return messages;
  }

  it("takes its zones out of the server block's, too", () => {
    expect(warnings("multicluster set.test", ["cluster.local.", "set.test."])).toEqual([]);
    expect(() => warnings("multicluster set.test", ["cluster.local."])).toThrow(
      /^Corefile:4: plugin\/kubernetes: not authoritative for "set\.test\."/,
    );
  });

  it("does nothing without zones, as in CoreDNS", () => {
    expect(warnings("multicluster", ["cluster.local."])).toEqual([]);
  });
});
