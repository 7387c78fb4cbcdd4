import { describe, expect, it } from "vitest";
import { Name } from "../../../dns/name.ts";
import { formatRecord } from "../../../dns/presentation.ts";
import {
  externalName,
  headless,
  namespace,
  port,
  service,
  slice,
  TestCluster,
} from "../cluster.cases.ts";

const SOA =
  "cluster.local. 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 1000000 7200 1800 86400 5";

function transfer(cluster: TestCluster, zone: string): string[] | undefined {
  const records = cluster.plugin.transfer(Name.parse(zone));
  return records && Array.from(records, formatRecord);
}

describe("a zone transfer", () => {
  const cluster = new TestCluster(
    [
      namespace("shop"),
      service("shop/web", {
        clusterIPs: ["10.96.0.20", "fd00::20"],
        ports: [port("http", 80), port("", 53, "udp")],
      }),
      service("shop/pending", { clusterIPs: [] }),
      service("shop/portless", { clusterIPs: ["10.96.0.21"], ports: [] }),
      externalName("shop/outside", "www.example.net"),
      externalName("shop/address", "192.0.2.1"),
      headless("shop/db"),
      slice("shop/db", ["10.1.0.1", { addresses: ["10.1.0.2"], hostname: "db-0" }], {
        ports: [port("pg", 5432), port("", 80)],
      }),
      slice("shop/db-again", ["10.1.0.1"], { serviceName: "db", ports: [] }),
      service("gone/web", { clusterIPs: ["10.96.0.22"] }),
    ],
    { localAddresses: ["10.1.0.53"] },
  );

  it("has the SOA first and last, the Services by name, and each record once", () => {
    expect(transfer(cluster, "cluster.LOCAL.")).toEqual([
      SOA,
      "cluster.local. 5 IN NS ns.dns.cluster.local.",
      "ns.dns.cluster.local. 0 IN A 10.1.0.53",
      "db.shop.svc.cluster.local. 5 IN A 10.1.0.1",
      "10-1-0-1.db.shop.svc.cluster.local. 5 IN A 10.1.0.1",
      "_pg._tcp.db.shop.svc.cluster.local. 5 IN SRV 0 50 5432 10-1-0-1.db.shop.svc.cluster.local.",
      "db.shop.svc.cluster.local. 5 IN A 10.1.0.2",
      "db-0.db.shop.svc.cluster.local. 5 IN A 10.1.0.2",
      "_pg._tcp.db.shop.svc.cluster.local. 5 IN SRV 0 50 5432 db-0.db.shop.svc.cluster.local.",
      "outside.shop.svc.cluster.local. 5 IN CNAME www.example.net.",
      "portless.shop.svc.cluster.local. 5 IN A 10.96.0.21",
      "web.shop.svc.cluster.local. 5 IN A 10.96.0.20",
      "web.shop.svc.cluster.local. 5 IN AAAA fd00::20",
      "web.shop.svc.cluster.local. 5 IN SRV 0 100 80 web.shop.svc.cluster.local.",
      "_http._tcp.web.shop.svc.cluster.local. 5 IN SRV 0 100 80 web.shop.svc.cluster.local.",
      "web.shop.svc.cluster.local. 5 IN SRV 0 100 53 web.shop.svc.cluster.local.",
      SOA,
    ]);
  });

  it("has a name server also where no address of the machine is one", () => {
    const alone = new TestCluster([namespace("shop")], { localAddresses: [] });
    expect(transfer(alone, "cluster.local.")?.[1]).toBe(
      "cluster.local. 5 IN NS ns.dns.cluster.local.",
    );
    expect(transfer(alone, "in-addr.arpa.")?.[1]).toBe(
      "in-addr.arpa. 5 IN NS ns.dns.in-addr.arpa.",
    );
  });

  it("is there for the plugin's own zones only", () => {
    expect(transfer(cluster, "in-addr.arpa.")?.[0]).toMatch(/^in-addr\.arpa\. 5 IN SOA /);
    expect(transfer(cluster, "svc.cluster.local.")).toBeUndefined();
    expect(transfer(cluster, "local.")).toBeUndefined();
  });
});
