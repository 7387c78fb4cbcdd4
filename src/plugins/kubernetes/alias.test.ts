import { describe, expect, it } from "vitest";
import { Flag } from "../../dns/header.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import type { Result } from "../../server/contract/reply.ts";
import { records } from "../../testing/query.ts";
import { externalName, headless, namespace, service, slice, TestCluster } from "./cluster.cases.ts";

const chain = Array.from({ length: 13 }, (_, i) =>
  externalName(`shop/c${i}`, `c${i + 1}.shop.svc.cluster.local`),
);

const objects = [
  namespace("shop"),
  service("shop/web", { clusterIPs: ["10.96.0.20"] }),
  headless("shop/db"),
  slice("shop/db", ["10.1.0.1"]),
  externalName("shop/outside", "www.example.net"),
  externalName("shop/inside", "Web.shop.svc.cluster.local."),
  externalName("shop/twice", "inside.shop.svc.cluster.local"),
  externalName("shop/further", "outside.shop.svc.cluster.local"),
  externalName("shop/nowhere", "nope.shop.svc.cluster.local"),
  externalName("shop/apex", "cluster.local"),
  externalName("shop/endpoint", "10-1-0-1.db.shop.svc.cluster.local"),
  externalName("shop/pod", "1-2-3-4.shop.pod.cluster.local"),
  externalName("shop/itself", "itself.shop.svc.cluster.local"),
  externalName("shop/below", "x.below.shop.svc.cluster.local"),
  externalName("shop/ping", "pong.shop.svc.cluster.local"),
  externalName("shop/pong", "ping.shop.svc.cluster.local"),
  externalName("shop/address", "192.0.2.1"),
  externalName("shop/address6", "2001:db8::1"),
  externalName("shop/nothing", ""),
  externalName("shop/root", "."),
  externalName("shop/malformed", "a..b"),
  ...chain,
  service("shop/c13", { clusterIPs: ["10.96.0.13"] }),
];

function world(resolve: () => Result = (): Result => new Reply(2)): TestCluster {
  return new TestCluster(objects, { properties: "pods insecure", resolve });
}

const address = records("www.example.net. 60 IN A 192.0.2.1");
const alias = "outside.shop.svc.cluster.local. 5 IN CNAME www.example.net.";

describe("aliases within the zone", () => {
  it.each<[string, string[]]>([
    [
      "inside",
      [
        "Web.shop.svc.cluster.local. A 10.96.0.20",
        "inside.shop.svc.cluster.local. CNAME Web.shop.svc.cluster.local.",
      ],
    ],
    [
      "endpoint",
      [
        "10-1-0-1.db.shop.svc.cluster.local. A 10.1.0.1",
        "endpoint.shop.svc.cluster.local. CNAME 10-1-0-1.db.shop.svc.cluster.local.",
      ],
    ],
    [
      "pod",
      [
        "1-2-3-4.shop.pod.cluster.local. A 1.2.3.4",
        "pod.shop.svc.cluster.local. CNAME 1-2-3-4.shop.pod.cluster.local.",
      ],
    ],
    ["nowhere", ["NODATA"]],
    ["apex", ["NODATA"]],
    ["itself", ["NODATA"]],
    ["below", ["NODATA"]],
    ["ping", ["NODATA"]],
    ["address", ["NXDOMAIN"]],
    ["address6", ["NXDOMAIN"]],
    ["nothing", ["NODATA"]],
    ["root", ["NODATA"]],
    ["malformed", ["NODATA"]],
    ["_http._tcp.inside", ["NXDOMAIN"]],
    ["10-96-0-20.inside", ["NXDOMAIN"]],
  ])("resolves %s", async (name, expected) => {
    expect(await world().say(`${name}.shop.svc.cluster.local. A`)).toEqual(expected);
  });

  it.each([
    ["CNAME", ["twice.shop.svc.cluster.local. CNAME inside.shop.svc.cluster.local."]],
    ["AAAA", ["NODATA"]],
    ["SRV", ["NODATA"]],
    ["TXT", ["NODATA"]],
    ["HTTPS", ["NODATA"]],
  ])("answers %s without going further", async (qtype, expected) => {
    expect(await world().say(`twice.shop.svc.cluster.local. ${qtype}`)).toEqual(expected);
  });

  it("follows eleven aliases and no more", async () => {
    const { answer } = await world().ask("c2.shop.svc.cluster.local.");
    expect(answer).toHaveLength(12);
    expect(answer.at(-1)).toBe("c13.shop.svc.cluster.local. 5 IN A 10.96.0.13");
    expect(await world().say("c1.shop.svc.cluster.local. A")).toEqual(["NODATA"]);
  });
});

describe("aliases to the outside", () => {
  it.each<[string, Result]>([
    ["at once", Reply.authoritative(address)],
    ["later", Promise.resolve(Reply.authoritative(address))],
  ])("adds what others answer %s", async (_when, result) => {
    const asked: string[] = [];
    const cluster = new TestCluster(objects, {
      resolve: ({ qname, qtype, depth }) => {
        asked.push(`${qname.toString()} ${qtype} ${depth}`);
        return result;
      },
    });
    const reply = await cluster.ask("Outside.shop.svc.cluster.local.");
    expect(reply).toEqual({
      rcode: "NOERROR",
      flags: "AA",
      answer: [alias.replace("outside", "Outside"), "www.example.net. 60 IN A 192.0.2.1"],
      authority: [],
      additional: [],
    });
    expect(asked).toEqual(["www.example.net. 1 1"]);
  });

  it("follows aliases within the zone first", async () => {
    const cluster = world(() => Reply.authoritative(address));
    const { answer } = await cluster.ask("further.shop.svc.cluster.local.");
    expect(answer).toEqual([
      "further.shop.svc.cluster.local. 5 IN CNAME outside.shop.svc.cluster.local.",
      alias,
      "www.example.net. 60 IN A 192.0.2.1",
    ]);
  });

  it.each<[string, () => Result]>([
    ["says SERVFAIL", (): Result => new Reply(2)],
    ["says NXDOMAIN", (): Result => new Reply(3)],
    ["says nothing", (): Result => DROPPED],
    ["rejects", (): Result => Promise.reject(new QueryError(2, "no upstream"))],
    [
      "throws",
      (): Result => {
        throw new QueryError(2, "no upstream");
      },
    ],
  ])("answers the alias alone if the outside %s", async (_what, resolve) => {
    const reply = await world(resolve).ask("outside.shop.svc.cluster.local.", "AAAA");
    expect(reply).toMatchObject({ rcode: "NOERROR", flags: "AA", answer: [alias], authority: [] });
  });

  it("says so where the answer from outside is cut short", async () => {
    const cut = (): Result => new Reply(0, Flag.TC);
    expect(await world(cut).ask("outside.shop.svc.cluster.local.")).toMatchObject({
      flags: "AA TC",
      answer: [alias],
    });
  });

  it("asks nobody for other types", async () => {
    const cluster = world(() => {
      throw new TypeError("asked");
    });
    expect(await cluster.say("outside.shop.svc.cluster.local. HTTPS")).toEqual(["NODATA"]);
    expect(await cluster.say("outside.shop.svc.cluster.local. CNAME")).toHaveLength(1);
  });
});
