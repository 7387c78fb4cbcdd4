import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { passedOn, testQuery } from "../../testing/query.ts";
import { TestCluster } from "./cluster.cases.ts";
import { SHOP } from "./shop.cases.ts";

const SOA =
  "cluster.local. 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 1000000 7200 1800 86400 5";

const cluster = new TestCluster(SHOP);

describe("names of the zone itself", () => {
  it.each<[string, string[]]>([
    ["cluster.local. A", ["NODATA"]],
    ["svc.cluster.local. A", ["NODATA"]],
    ["pod.cluster.local. A", ["NODATA"]],
    ["shop.svc.cluster.local. A", ["NODATA"]],
    ["shop.svc.cluster.local. SRV", ["NODATA"]],
    ["gone.svc.cluster.local. A", ["NXDOMAIN"]],
    ["shop.pod.cluster.local. A", ["NXDOMAIN"]],
    ["shop.cluster.local. A", ["NXDOMAIN"]],
    ["web.shop.cluster.local. A", ["NXDOMAIN"]],
    ["dns-version.cluster.local. TXT", ['dns-version.cluster.local. TXT "1.1.0"']],
    ["dns-version.shop.cluster.local. TXT", ["NXDOMAIN"]],
    ["shop.svc.cluster.local. TXT", ["NXDOMAIN"]],
    ["nope.shop.svc.cluster.local. SOA", ["NODATA"]],
    ["web.shop.svc.cluster.local. NS", ["NODATA"]],
    ["cluster.local. ANY", ['cluster.local. HINFO "RFC8482" ""']],
    ["web.shop.svc.cluster.local. ANY", ['web.shop.svc.cluster.local. HINFO "RFC8482" ""']],
    ["nope.shop.svc.cluster.local. ANY", ["NXDOMAIN"]],
    ["cluster.local. AXFR", ["REFUSED"]],
    ["example.net. A", ["BADTRUNC"]],
    ["acluster.local. A", ["BADTRUNC"]],
  ])("answers %s", async (question, expected) => {
    expect(await cluster.say(question)).toEqual(expected);
  });

  it("keeps the version for eight hours", async () => {
    const { answer } = await cluster.ask("dns-version.cluster.local.", "TXT");
    expect(answer).toEqual(['dns-version.cluster.local. 28800 IN TXT "1.1.0"']);
  });

  it.each(["web.shop.svc.cluster.local. MX", "nope.shop.svc.cluster.local. A"])(
    "gives %s the SOA",
    async (question) => {
      const [qname = "", qtype] = question.split(" ");
      const { flags, authority } = await cluster.ask(qname, qtype);
      expect({ flags, authority }).toEqual({ flags: "AA", authority: [SOA] });
    },
  );

  it("bounds the TTL of the SOA, but not of records", async () => {
    const slow = new TestCluster(SHOP, { properties: "ttl 3600" });
    const { authority } = await slow.ask("nope.shop.svc.cluster.local.");
    expect(authority[0]).toMatch(/^cluster\.local\. 300 IN SOA .* 3600$/);
    const { answer } = await slow.ask("six.shop.svc.cluster.local.", "AAAA");
    expect(answer).toEqual(["six.shop.svc.cluster.local. 3600 IN AAAA fd00::6"]);
  });

  it("repeats the case of the question, in names of the zone too", async () => {
    expect(await cluster.ask("WEB.Shop.svc.CLUSTER.local.", "SRV")).toMatchObject({
      answer: [
        "WEB.Shop.svc.CLUSTER.local. 5 IN SRV 0 16 80 web.shop.svc.CLUSTER.local.",
        "WEB.Shop.svc.CLUSTER.local. 5 IN SRV 0 16 53 web.shop.svc.CLUSTER.local.",
      ],
      additional: [
        "web.shop.svc.CLUSTER.local. 5 IN A 10.96.0.20",
        "web.shop.svc.CLUSTER.local. 5 IN AAAA fd00::20",
      ],
    });
    const { authority } = await cluster.ask("nope.Cluster.Local.", "A");
    expect(authority).toEqual([SOA.replaceAll("cluster.local", "Cluster.Local")]);
    const apex = await cluster.ask("CLUSTER.local.", "SOA");
    expect(apex.answer).toHaveLength(1);
  });

  it("serves each of its zones, the closest one first", async () => {
    const two = new TestCluster(SHOP, { zones: "local svc.west.local west.local" });
    expect(await two.say("six.shop.svc.local. AAAA")).toEqual(["six.shop.svc.local. AAAA fd00::6"]);
    expect(await two.say("six.shop.svc.west.local. AAAA")).toEqual(["NXDOMAIN"]);
    expect(await two.say("six.shop.svc.svc.west.local. AAAA")).toEqual([
      "six.shop.svc.svc.west.local. AAAA fd00::6",
    ]);
  });

  it("serves the root", async () => {
    const root = new TestCluster(SHOP, { zones: "." });
    expect(await root.say("six.shop.svc. AAAA")).toEqual(["six.shop.svc. AAAA fd00::6"]);
    expect(await root.say("6.0.96.10.in-addr.arpa. PTR")).toEqual(["NXDOMAIN"]);
    expect(await root.say("21.0.96.10.in-addr.arpa. PTR")).toEqual([
      "21.0.96.10.in-addr.arpa. PTR plain.shop.svc.",
    ]);
  });

  it("denies, and never throws, names as long as names can be", async () => {
    const label = `${"a".repeat(63)}.`;
    const long = `${label.repeat(3)}${"b".repeat(47)}.cluster.local.`;
    expect(await cluster.say(`${long} A`)).toEqual(["NXDOMAIN"]);
    const zone = `${label.repeat(3)}${"z".repeat(53)}.`;
    const deep = new TestCluster(SHOP, { zones: zone });
    expect(await deep.say(`${zone} SOA`)).toHaveLength(1);
    expect(await deep.say(`svc.${zone} A`)).toEqual(["NODATA"]);
  });
});

describe("fallthrough", () => {
  it("passes on names that do not exist, in the zones given", async () => {
    const some = new TestCluster(SHOP, {
      properties: "fallthrough in-addr.arpa shop.svc.cluster.local",
    });
    expect(await some.say("nope.shop.svc.cluster.local. A")).toEqual(["BADTRUNC"]);
    expect(await some.say("NOPE.shop.svc.cluster.local. A")).toEqual(["BADTRUNC"]);
    expect(await some.say("nope.data.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
    expect(await some.say("9.9.9.9.in-addr.arpa. PTR")).toEqual(["BADTRUNC"]);
    expect(await some.say("web.shop.svc.cluster.local. MX")).toEqual(["NODATA"]);
  });

  it("passes on names of all zones without arguments", async () => {
    const all = new TestCluster(SHOP, { properties: "fallthrough" });
    expect(await all.say("nope.data.svc.cluster.local. A")).toEqual(["BADTRUNC"]);
    expect(await all.say("nope.ip6.arpa. PTR")).toEqual(["BADTRUNC"]);
  });
});

describe("namespaces", () => {
  it("shows only those listed", async () => {
    const only = new TestCluster(SHOP, { properties: "namespaces shop gone" });
    expect(await only.say("six.shop.svc.cluster.local. AAAA")).toHaveLength(1);
    expect(await only.say("db.data.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
    expect(await only.say("data.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
    expect(await only.say("gone.svc.cluster.local. A")).toEqual(["NXDOMAIN"]);
    expect(await only.say("1.1.1.10.in-addr.arpa. PTR")).toEqual(["NXDOMAIN"]);
  });
});

describe("any question", () => {
  const labels = fc.oneof(
    fc.constantFrom(
      "svc",
      "pod",
      "shop",
      "data",
      "web",
      "db",
      "_http",
      "_tcp",
      "_",
      "1-2-3-4",
      "--",
    ),
    fc.constantFrom("ns", "dns", "dns-version", "in-addr", "ip6", "arpa", "10", "0", "DB-0", "*"),
    fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 63 }),
    fc
      .uint8Array({ minLength: 1, maxLength: 63 })
      .map((octets) => Buffer.from(octets).toString("latin1")),
  );
  const zones = fc.constantFrom("cluster.local.", "in-addr.arpa.", "ip6.arpa.");
  const anyCluster = new TestCluster(SHOP, { properties: "pods insecure\nfallthrough ip6.arpa" });

  it("gets a reply", () => {
    fc.assert(
      fc.property(
        fc.array(labels, { maxLength: 36 }),
        zones,
        fc.integer({ min: 1, max: 257 }),
        (front, zone, qtype) => {
          const query = testQuery(zone);
          const text = front.map((label) => String.fromCharCode(label.length) + label).join("");
          query.qname = Name.fromWire(`${text}\0`).concat(query.qname) ?? query.qname;
          query.qtype = qtype;
          const reply = anyCluster.plugin.serve(query, passedOn);
          expect(reply).not.toBeInstanceOf(Promise);
          expect(reply).not.toBe(DROPPED);
        },
      ),
    );
  });
});
