import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { headless, namespace, service, slice, TestCluster } from "./cluster.cases.ts";
import { localAddresses } from "./name-servers.ts";

const LOCAL = ["10.1.0.53", "2001:db8::53"];

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
        service("kube-system/kube-dns", { clusterIPs: ["10.96.0.10", "fd00::10"] }),
        slice("kube-system/kube-dns", ["10.1.0.53", "10.1.0.54"]),
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
      [headless("kube-system/dns"), slice("kube-system/dns", ["10.1.0.53", "10.1.0.54"])],
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
});

describe("localAddresses", () => {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const reachable = all.filter(({ internal }) => !internal).map(({ address }) => address);

  it.each<[string, string[], readonly string[]]>([
    [
      "addresses to listen on",
      ["192.0.2.1", "2001:db8::1", "127.0.0.1"],
      ["192.0.2.1", "2001:db8::1"],
    ],
    ["all interfaces if there are none", [], reachable],
    ["all interfaces for a loopback address", ["127.0.0.1", "::1"], reachable],
    ["all interfaces for the unspecified address", ["0.0.0.0", "::"], reachable],
    ["those of interfaces by name", Object.keys(networkInterfaces()), reachable],
  ])("takes %s", (_what, listenOn, expected) => {
    expect(localAddresses(listenOn)).toEqual(expected);
  });
});
