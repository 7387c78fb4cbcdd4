import { describe, expect, it } from "vitest";
import {
  externalName,
  headless,
  namespace,
  port,
  service,
  slice,
  TestCluster,
} from "./cluster.cases.ts";

const db = "db.shop.svc.cluster.local.";
const OBJECTS = [
  namespace("shop"),
  headless("shop/db"),
  slice(
    "shop/db",
    [
      { addresses: ["10.1.0.1"], zone: "a", hostname: "db-0" },
      { addresses: ["10.1.0.2"], zone: "b" },
      { addresses: ["10.1.0.3"], zone: "B" },
      { addresses: ["10.1.0.4"], zone: "corp.example.com" },
      { addresses: ["10.1.0.5"] },
      { addresses: ["10.1.0.6"], zone: "c", ready: false },
      { addresses: ["10.1.0.7"], zone: "no label" },
    ],
    { ports: [port("pg", 5432)] },
  ),
  headless("shop/empty"),
  service("shop/web", { clusterIPs: ["10.96.0.20"] }),
  slice("shop/web", [{ addresses: ["10.1.1.1"], zone: "a" }]),
  externalName("shop/out", "example.net"),
];

function zonal(properties = "zonal"): TestCluster {
  return new TestCluster(OBJECTS, { properties });
}

describe("names of topology zones", () => {
  const cluster = zonal();
  const addressesAt = async (name: string): Promise<string[]> => {
    const said = await cluster.say(`${name} A`);
    return said.map((line) => line.replace(`${name} A `, ""));
  };

  it.each<[string, string[]]>([
    [`a.pin._zone.${db}`, ["10.1.0.1"]],
    [`b.pin._zone.${db}`, ["10.1.0.2", "10.1.0.3"]],
    [`corp.example.com.pin._zone.${db}`, ["10.1.0.4"]],
    [`example.com.pin._zone.${db}`, ["NODATA"]],
    [`c.pin._zone.${db}`, ["NODATA"]],
    [`nobody.pin._zone.${db}`, ["NODATA"]],
    [`a.prefer._zone.${db}`, ["10.1.0.1"]],
    [
      `nobody.prefer._zone.${db}`,
      ["10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.7"],
    ],
    ["a.pin._zone.empty.shop.svc.cluster.local.", ["NODATA"]],
    ["a.prefer._zone.empty.shop.svc.cluster.local.", ["NODATA"]],
    [`a.other._zone.${db}`, ["NXDOMAIN"]],
    [`a.pin.zone.${db}`, ["NXDOMAIN"]],
    [`pin._zone.${db}`, ["NXDOMAIN"]],
    [`_zone.${db}`, ["NXDOMAIN"]],
    ["a.pin._zone.web.shop.svc.cluster.local.", ["NXDOMAIN"]],
    ["a.pin._zone.out.shop.svc.cluster.local.", ["NXDOMAIN"]],
    ["a.pin._zone.nope.shop.svc.cluster.local.", ["NXDOMAIN"]],
    ["a.pin._zone.db.nope.svc.cluster.local.", ["NXDOMAIN"]],
    ["a.pin._zone.db.shop.pod.cluster.local.", ["NXDOMAIN"]],
    ["a.pin._zone.db.shop.svc.in-addr.arpa.", ["NXDOMAIN"]],
  ])("answers %s with %s", async (name, expected) => {
    expect(await addressesAt(name)).toEqual(expected);
  });

  it("have SRV records that name the endpoints, and nothing else", async () => {
    const { answer, additional } = await cluster.ask(`a.pin._zone.${db}`, "SRV");
    expect(answer).toEqual([`a.pin._zone.${db} 5 IN SRV 0 100 5432 db-0.${db}`]);
    expect(additional).toEqual([`db-0.${db} 5 IN A 10.1.0.1`]);
    for (const qtype of ["AAAA", "TXT", "CNAME", "PTR", "NS", "HTTPS"]) {
      expect(await cluster.say(`a.pin._zone.${db} ${qtype}`)).toEqual(["NODATA"]);
      expect(await cluster.say(`nobody.pin._zone.${db} ${qtype}`)).toEqual(["NODATA"]);
    }
  });

  it("do not exist without the option, nor in a zone of the cluster set", async () => {
    const name = `a.pin._zone.${db} A`;
    expect(await zonal("").say(name)).toEqual(["NXDOMAIN"]);
    expect(await zonal("zonal\nmulticluster cluster.local").say(name)).toEqual(["NXDOMAIN"]);
  });

  it("follow their endpoints from zone to zone", async () => {
    const moving = zonal();
    const { index } = moving.plugin;
    const before = index.services.serial.value;
    expect(await moving.say(`a.pin._zone.${db} A`)).toHaveLength(1);
    index.upsert(slice("shop/db", [{ addresses: ["10.1.0.1"], zone: "c" }]));
    expect(index.services.serial.value).toBeGreaterThan(before);
    expect(await moving.say(`a.pin._zone.${db} A`)).toEqual(["NODATA"]);
    expect(await moving.say(`c.pin._zone.${db} A`)).toEqual([`c.pin._zone.${db} A 10.1.0.1`]);
    const serial = index.services.serial.value;
    index.upsert(slice("shop/db", [{ addresses: ["10.1.0.1"], zone: "d" }]));
    expect(index.services.serial.value).toBeGreaterThan(serial);
    index.remove("Service", { namespace: "shop", name: "db" });
    expect(await moving.say(`d.pin._zone.${db} A`)).toEqual(["NXDOMAIN"]);
  });

  it("cost nothing where nobody asks for them", () => {
    const zones = (of: TestCluster): Set<string | undefined> =>
      new Set(
        [...of.plugin.index.services.nodes()].flatMap(({ slices }) =>
          slices.flatMap((one) => one.targets.map(({ topologyZone }) => topologyZone)),
        ),
      );
    expect(zones(zonal(""))).toEqual(new Set([undefined]));
    expect(zones(zonal())).not.toContain(undefined);
  });
});
