import { describe, expect, it } from "vitest";
import type { ClusterObject, EndpointPort } from "../../../kube/cluster-source.ts";
import { headless, namespace, port, service, slice, TestCluster } from "../cluster.cases.ts";

const LOCAL = ["10.1.0.53", "2001:db8::53"];
/** As the cluster DNS has them, in its Service and, for pods that listen there, in its slices. */
const PORTS = [port("dns", 53, "udp"), port("dns-tcp", 53), port("metrics", 9153)];

describe("name servers", () => {
  it("are ns.dns without an endpoint of our own", async () => {
    const cluster = new TestCluster([namespace("shop")], { localAddresses: LOCAL });
    expect(await cluster.ask("cluster.local.", "NS")).toMatchObject({
      rcode: "NOERROR",
      answer: ["cluster.local. 5 IN NS ns.dns.cluster.local."],
      additional: [
        "ns.dns.cluster.local. 5 IN A 10.1.0.53",
        "ns.dns.cluster.local. 5 IN AAAA 2001:db8::53",
      ],
    });
    expect(await cluster.say("ns.dns.cluster.local. A")).toEqual([
      "ns.dns.cluster.local. A 10.1.0.53",
    ]);
    expect(await cluster.say("ns.dns.cluster.local. SRV")).toEqual(["NODATA"]);
    expect(await cluster.say("ns.dns.in-addr.arpa. A")).toHaveLength(1);
    expect(await cluster.say("dns.cluster.local. A")).toEqual(["NXDOMAIN"]);
  });

  it("are the Services that have our address as an endpoint, whichever their namespace", async () => {
    const cluster = new TestCluster(
      [
        service("kube-system/kube-dns", { clusterIPs: ["10.96.0.10", "fd00::10"], ports: PORTS }),
        slice("kube-system/kube-dns", ["10.1.0.53", "10.1.0.54"], { ports: PORTS }),
        slice("kube-system/kube-dns-6", ["2001:db8::53"], {
          serviceName: "kube-dns",
          addressType: "IPv6",
        }),
        slice("kube-system/orphan", ["10.1.0.53"]),
      ],
      { localAddresses: LOCAL, properties: "namespaces shop" },
    );
    const name = "kube-dns.kube-system.svc.cluster.local.";
    expect(await cluster.ask("CLUSTER.local.", "NS")).toMatchObject({
      answer: [`CLUSTER.local. 5 IN NS ${name.replace("cluster", "CLUSTER")}`],
      additional: [`${name} 5 IN A 10.96.0.10`, `${name} 5 IN AAAA fd00::10`].map((record) =>
        record.replace("cluster", "CLUSTER"),
      ),
    });
    expect(await cluster.say("ns.dns.cluster.local. A")).toEqual([
      "ns.dns.cluster.local. A 10.96.0.10",
    ]);
  });

  it("are the endpoints of a headless Service, and change with them", async () => {
    const cluster = new TestCluster(
      [
        headless("kube-system/dns", { ports: PORTS }),
        slice("kube-system/dns", ["10.1.0.53", "10.1.0.54"], { ports: PORTS }),
      ],
      { localAddresses: LOCAL },
    );
    const { answer } = await cluster.ask("cluster.local.", "NS");
    expect(answer).toEqual([
      "cluster.local. 5 IN NS 10-1-0-53.dns.kube-system.svc.cluster.local.",
      "cluster.local. 5 IN NS 10-1-0-54.dns.kube-system.svc.cluster.local.",
    ]);
    cluster.plugin.index.remove("EndpointSlice", { namespace: "kube-system", name: "dns" });
    expect(await cluster.say("cluster.local. NS")).toEqual([
      "cluster.local. NS ns.dns.cluster.local.",
    ]);
  });

  /** The Service and a slice with our address, of these ports. */
  function behindUs(
    path: string,
    ports: readonly EndpointPort[],
    isHeadless = false,
  ): ClusterObject[] {
    const make = isHeadless ? headless : service;
    return [
      make(path, { ports, clusterIPs: ["10.96.0.1"] }),
      slice(path, ["10.1.0.53"], { ports }),
    ];
  }

  it("are never Services for something else at our address", async () => {
    const cluster = new TestCluster(
      [
        ...behindUs("default/kubernetes", [port("https", 443)]),
        ...behindUs("kube-system/coredns-metrics", [port("http-metrics", 9153)], true),
        ...behindUs("monitoring/node-exporter", [port("", 9100)], true),
      ],
      { localAddresses: LOCAL },
    );
    expect(await cluster.say("cluster.local. NS")).toEqual([
      "cluster.local. NS ns.dns.cluster.local.",
    ]);
    for (const object of behindUs("kube-system/kube-dns", PORTS)) {
      cluster.plugin.index.upsert(object);
    }
    expect(await cluster.say("cluster.local. NS")).toEqual([
      "cluster.local. NS kube-dns.kube-system.svc.cluster.local.",
    ]);
  });

  it.each<[string, EndpointPort[], boolean]>([
    ["its port is 53", [port("", 53, "udp")], false],
    ["its port is named dns", [port("dns", 5353, "udp")], false],
    ["its endpoints' port is where we listen", [port("", 1053, "udp")], true],
    ["a headless one has no ports", [], true],
  ])("are a Service if %s", async (_what, ports, isHeadless) => {
    const options = { localAddresses: LOCAL, localPorts: [1053] };
    const cluster = new TestCluster(behindUs("net/resolver", ports, isHeadless), options);
    const [answer] = await cluster.say("cluster.local. NS");
    expect(answer).toMatch(/resolver\.net\.svc\.cluster\.local\.$/);
  });

  it("are none, with the SOA, where nobody but this machine is served", async () => {
    const cluster = new TestCluster([namespace("shop")]);
    expect(await cluster.say("cluster.local. NS")).toEqual(["NODATA"]);
    expect(await cluster.say("ns.dns.cluster.local. A")).toEqual(["NODATA"]);
  });
});
