import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { headless, namespace, service, slice, TestCluster } from "./cluster.cases.ts";
import { addressOfReverseName } from "../../dns/reverse-name.ts";

const six = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.";

describe("addressOfReverseName", () => {
  it.each<[string, string | undefined]>([
    ["4.3.2.1.in-addr.arpa.", "1.2.3.4"],
    ["255.0.0.10.in-addr.arpa.", "10.0.0.255"],
    ["256.0.0.10.in-addr.arpa.", undefined],
    ["01.0.0.10.in-addr.arpa.", undefined],
    ["x.0.0.10.in-addr.arpa.", undefined],
    ["0.0.10.in-addr.arpa.", undefined],
    ["5.4.3.2.1.in-addr.arpa.", undefined],
    ["in-addr.arpa.", undefined],
    [six, "2001:db8::1"],
    [six.toUpperCase(), "2001:db8::1"],
    [`0.${six}`, undefined],
    [six.slice(2), undefined],
    [six.replace("1.", "g."), undefined],
    [six.replace("1.0.0.", "100."), undefined],
    [six.replace("1.0.0.", "1.00."), undefined],
    ["4.3.2.1.example.", undefined],
    [".", undefined],
  ])("reads %s as %s", (name, address) => {
    expect(addressOfReverseName(Name.parse(name).key)).toBe(address);
  });
});

describe("pointers", () => {
  const objects = [
    namespace("shop"),
    namespace("data"),
    service("shop/web", { clusterIPs: ["10.96.0.20", "2001:db8::1"] }),
    slice("shop/web", ["10.1.0.1"]),
    headless("data/db"),
    slice("data/db", [{ addresses: ["10.1.0.1"], hostname: "db-0" }, "10.96.0.20"]),
    slice("data/db-again", [{ addresses: ["10.1.0.1"], hostname: "db-0" }], { serviceName: "db" }),
    slice("data/orphan", ["10.1.0.2"]),
    service("gone/web", { clusterIPs: ["10.96.0.21"] }),
    slice("gone/web", ["10.1.0.3"]),
  ];
  const cluster = new TestCluster(objects);

  it.each<[string, string[]]>([
    ["20.0.96.10.in-addr.arpa.", ["web.shop.svc.cluster.local."]],
    [six, ["web.shop.svc.cluster.local."]],
    [
      "1.0.1.10.in-addr.arpa.",
      ["10-1-0-1.web.shop.svc.cluster.local.", "db-0.db.data.svc.cluster.local."],
    ],
  ])("names %s", async (name, expected) => {
    const { answer } = await cluster.ask(name, "PTR");
    expect(answer.toSorted()).toEqual(expected.map((target) => `${name} 5 IN PTR ${target}`));
  });

  it.each<[string, string[]]>([
    ["2.0.1.10.in-addr.arpa. PTR", ["NXDOMAIN"]],
    ["21.0.96.10.in-addr.arpa. PTR", ["NXDOMAIN"]],
    ["3.0.1.10.in-addr.arpa. PTR", ["NXDOMAIN"]],
    ["9.9.9.9.in-addr.arpa. PTR", ["NXDOMAIN"]],
    ["10.in-addr.arpa. PTR", ["NXDOMAIN"]],
    ["10.in-addr.arpa. SOA", ["NODATA"]],
    ["20.0.96.10.in-addr.arpa. A", ["NODATA"]],
    ["20.0.96.10.in-addr.arpa. ANY", ['20.0.96.10.in-addr.arpa. HINFO "RFC8482" ""']],
    ["9.9.9.9.in-addr.arpa. A", ["NXDOMAIN"]],
    ["in-addr.arpa. PTR", ["NODATA"]],
    ["web.shop.svc.in-addr.arpa. A", ["NXDOMAIN"]],
    ["web.shop.svc.cluster.local. PTR", ["NODATA"]],
    ["nope.shop.svc.cluster.local. PTR", ["NXDOMAIN"]],
  ])("answers %s", async (question, expected) => {
    expect(await cluster.say(question)).toEqual(expected);
  });

  it("answers only for the reverse zones it has, and names the first zone of names", async () => {
    const narrow = new TestCluster(objects, {
      zones: "10.96.0.0/16 east.example west.example",
    });
    expect(await narrow.say("20.0.96.10.in-addr.arpa. PTR")).toEqual([
      "20.0.96.10.in-addr.arpa. PTR web.shop.svc.east.example.",
    ]);
    expect(await narrow.say("1.0.1.10.in-addr.arpa. PTR")).toEqual(["BADTRUNC"]);
  });

  it("answers for the zones of a network that does not end with an octet", async () => {
    const half = new TestCluster(objects, { zones: "10.96.0.0/17 cluster.local" });
    expect(await half.say("20.0.96.10.in-addr.arpa. PTR")).toHaveLength(1);
    expect(await half.say("20.127.96.10.in-addr.arpa. PTR")).toEqual(["NXDOMAIN"]);
    expect(await half.say("20.128.96.10.in-addr.arpa. PTR")).toEqual(["BADTRUNC"]);
  });
});
