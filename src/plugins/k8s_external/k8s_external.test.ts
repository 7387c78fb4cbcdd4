import { describe, expect, it } from "vitest";
import { formatRecord } from "../../dns/presentation.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import type { ClusterObject } from "../../kube/cluster-source.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { testContext } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, passedOn, records, testQuery } from "../../testing/query.ts";
import {
  headless,
  namespace,
  port,
  service,
  slice,
  TestCluster,
} from "../kubernetes/cluster.cases.ts";
import type { TestClusterOptions } from "../kubernetes/cluster.cases.ts";
import { k8sExternal } from "./index.ts";
import { External } from "./k8s_external.ts";

const HTTP = port("http", 80);
const CLUSTER: readonly ClusterObject[] = [
  namespace("shop"),
  namespace("empty"),
  service("shop/web", {
    externalIPs: ["203.0.113.1", "2001:db8::1"],
    ports: [HTTP, port("dns", 53, "udp")],
  }),
  service("shop/also", { externalIPs: ["203.0.113.1"] }),
  service("shop/inner", { clusterIPs: ["10.96.0.1"] }),
  service("shop/portless", { externalIPs: ["203.0.113.3"], ports: [] }),
  service("shop/lb", { externalHostnames: ["lb.example.net", "other.example.net"], ports: [HTTP] }),
  service("shop/both", { externalIPs: ["203.0.113.4"], externalHostnames: ["lb.example.net"] }),
  slice("shop/inner", [{ addresses: ["10.1.0.9"], hostname: "one" }]),
  headless("shop/db"),
  slice("shop/db", [
    { addresses: ["10.1.0.1"], hostname: "db-0" },
    { addresses: ["10.1.0.2"], hostname: "db-1" },
    { addresses: ["10.1.0.3"], hostname: "db-2", ready: false },
  ]),
  headless("shop/fixed", { externalIPs: ["203.0.113.9"] }),
  slice("shop/fixed", ["10.1.0.7"]),
  headless("shop/idle"),
  service("gone/web", { externalIPs: ["203.0.113.8"] }),
];

function open(
  properties = "",
  cluster: TestCluster = new TestCluster(CLUSTER),
  resolve?: (query: Query) => Result,
): External {
  const context = testContext({
    directive: `k8s_external example.org 113.0.203.in-addr.arpa {\n${properties}\n}`,
    offers: { kubernetes: cluster.plugin.offers },
    ...(resolve ? { host: { resolve } } : {}),
  });
  const instance = k8sExternal.create?.(k8sExternal.parse(context.directive), context);
  if (!(instance instanceof External)) throw new Error("no instance");
  instance.connect();
  return instance;
}

function inShort({ rcode, answer, additional }: Sections): string[] {
  if (rcode !== "NOERROR") return [rcode];
  return answer.length === 0 ? ["NODATA"] : [...answer, ...additional.map((line) => `+ ${line}`)];
}

async function say(instance: External, question: string): Promise<string[]> {
  const [qname = "", qtype = "A"] = question.split(" ");
  return inShort(await ask(instance, testQuery(qname, qtype), passedOn));
}

describe("a Service with external addresses", () => {
  it.each<[string, string[]]>([
    ["web.shop.example.org.", ["web.shop.example.org. 5 IN A 203.0.113.1"]],
    ["Web.shop.example.ORG. AAAA", ["Web.shop.example.ORG. 5 IN AAAA 2001:db8::1"]],
    [
      "_http._tcp.web.shop.example.org. SRV",
      [
        "_http._tcp.web.shop.example.org. 5 IN SRV 0 50 80 web.shop.example.org.",
        "+ web.shop.example.org. 5 IN A 203.0.113.1",
        "+ web.shop.example.org. 5 IN AAAA 2001:db8::1",
      ],
    ],
    [
      "web.shop.example.org. SRV",
      [
        "web.shop.example.org. 5 IN SRV 0 25 80 web.shop.example.org.",
        "web.shop.example.org. 5 IN SRV 0 25 53 web.shop.example.org.",
        "+ web.shop.example.org. 5 IN A 203.0.113.1",
        "+ web.shop.example.org. 5 IN AAAA 2001:db8::1",
      ],
    ],
    ["http.tcp.web.shop.example.org.", ["http.tcp.web.shop.example.org. 5 IN A 203.0.113.1"]],
    ["portless.shop.example.org.", ["portless.shop.example.org. 5 IN A 203.0.113.3"]],
    ["portless.shop.example.org. SRV", ["NODATA"]],
    ["fixed.shop.example.org.", ["fixed.shop.example.org. 5 IN A 203.0.113.9"]],
    ["both.shop.example.org.", ["both.shop.example.org. 5 IN A 203.0.113.4"]],
    ["both.shop.example.org. AAAA", ["NODATA"]],
    ["web.shop.example.org. TXT", ["NODATA"]],
    ["also.shop.example.org. AAAA", ["NODATA"]],
    [
      "1.113.0.203.in-addr.arpa. PTR",
      [
        "1.113.0.203.in-addr.arpa. 5 IN PTR web.shop.example.org.",
        "1.113.0.203.in-addr.arpa. 5 IN PTR also.shop.example.org.",
      ],
    ],
  ])("%s", async (question, expected) => {
    expect((await say(open(), question)).toSorted()).toEqual(expected.toSorted());
  });
});

describe("what there is not", () => {
  it.each([
    ["example.org.", "NODATA"],
    ["shop.example.org.", "NODATA"],
    ["empty.example.org.", "NODATA"],
    ["dns.example.org.", "NODATA"],
    ["gone.example.org.", "NXDOMAIN"],
    ["web.gone.example.org.", "NXDOMAIN"],
    ["inner.shop.example.org.", "NXDOMAIN"],
    ["one.inner.shop.example.org.", "NXDOMAIN"],
    ["db.shop.example.org.", "NXDOMAIN"],
    ["_x._tcp.web.shop.example.org. SRV", "NXDOMAIN"],
    ["a._http._tcp.web.shop.example.org.", "NXDOMAIN"],
    ["ns2.dns.example.org.", "NXDOMAIN"],
    ["a.ns1.dns.example.org.", "NXDOMAIN"],
    ["8.113.0.203.in-addr.arpa. PTR", "NXDOMAIN"],
    ["web.shop.example.net.", "BADTRUNC"],
  ])("%s is %s", async (question, expected) => {
    expect(await say(open(), question)).toEqual([expected]);
  });

  it("has the zone's SOA record with its own TTL, and what apex names", async () => {
    const instance = open("ttl 9\napex names");
    const { authority } = await ask(instance, testQuery("gone.example.org."), passedOn);
    expect(authority.join().replace(/ \d+ 7200/, " SERIAL 7200")).toBe(
      "example.org. 9 IN SOA ns1.names.example.org. hostmaster.names.example.org. SERIAL 7200 1800 86400 9",
    );
  });

  it("is handed on where that is asked for, but for the zone's own names", async () => {
    const instance = open("fallthrough example.org");
    expect(await say(instance, "inner.shop.example.org.")).toEqual(["BADTRUNC"]);
    expect(await say(instance, "gone.example.org.")).toEqual(["BADTRUNC"]);
    expect(await say(instance, "shop.example.org.")).toEqual(["NODATA"]);
    expect(await say(instance, "ns2.dns.example.org.")).toEqual(["NXDOMAIN"]);
    expect(await say(instance, "8.113.0.203.in-addr.arpa. PTR")).toEqual(["NXDOMAIN"]);
  });
});

describe("with headless", () => {
  it.each<[string, string[]]>([
    [
      "db.shop.example.org.",
      ["db.shop.example.org. 5 IN A 10.1.0.1", "db.shop.example.org. 5 IN A 10.1.0.2"],
    ],
    ["db-1.db.shop.example.org.", ["db-1.db.shop.example.org. 5 IN A 10.1.0.2"]],
    ["db-2.db.shop.example.org.", ["NXDOMAIN"]],
    [
      "_http._tcp.db.shop.example.org. SRV",
      [
        "_http._tcp.db.shop.example.org. 5 IN SRV 0 50 8080 db-0.db.shop.example.org.",
        "_http._tcp.db.shop.example.org. 5 IN SRV 0 50 8080 db-1.db.shop.example.org.",
        "+ db-0.db.shop.example.org. 5 IN A 10.1.0.1",
        "+ db-1.db.shop.example.org. 5 IN A 10.1.0.2",
      ],
    ],
    ["idle.shop.example.org.", ["NXDOMAIN"]],
    ["fixed.shop.example.org.", ["fixed.shop.example.org. 5 IN A 203.0.113.9"]],
    ["inner.shop.example.org.", ["NXDOMAIN"]],
    ["one.inner.shop.example.org.", ["one.inner.shop.example.org. 5 IN A 10.1.0.9"]],
  ])("%s", async (question, expected) => {
    expect(await say(open("headless"), question)).toEqual(expected);
  });
});

describe("a load balancer with a name", () => {
  const outside = ({ qname, qtype }: Query): Result => {
    const reply = new Reply();
    if (qtype === 1) reply.answer = records(`${qname} 60 IN A 198.51.100.1`);
    return reply;
  };

  it.each<[string, (query: Query) => Result]>([
    ["at once", outside],
    ["later", async (query) => outside(query)],
  ])("is an alias, with what others say of it %s", async (_when, resolve) => {
    const instance = open("ttl 9", new TestCluster(CLUSTER), resolve);
    expect(await say(instance, "lb.shop.example.org.")).toEqual([
      "lb.shop.example.org. 5 IN CNAME lb.example.net.",
      "lb.example.net. 60 IN A 198.51.100.1",
    ]);
    expect(await say(instance, "_http._tcp.lb.shop.example.org. SRV")).toEqual([
      "_http._tcp.lb.shop.example.org. 5 IN SRV 0 50 80 lb.example.net.",
      "_http._tcp.lb.shop.example.org. 5 IN SRV 0 50 80 other.example.net.",
      "+ lb.example.net. 60 IN A 198.51.100.1",
      "+ other.example.net. 60 IN A 198.51.100.1",
    ]);
  });

  it.each<[string, (query: Query) => Result]>([
    ["refuse", (): Reply => new Reply(Rcode.REFUSED)],
    ["are silent", (): typeof DROPPED => DROPPED],
    ["fail", () => Promise.reject(new Error("down"))],
    [
      "fail at once",
      (): never => {
        throw new QueryError(Rcode.SERVFAIL, "down");
      },
    ],
  ])("is an alias all the same if others %s", async (_what, resolve) => {
    const instance = open("", new TestCluster(CLUSTER), resolve);
    const reply = await instance.serve(testQuery("lb.shop.example.org."), passedOn);
    expect(reply).toMatchObject({ validity: { isOnce: true }, rcode: Rcode.NOERROR });
    expect(await say(instance, "lb.shop.example.org.")).toEqual([
      "lb.shop.example.org. 5 IN CNAME lb.example.net.",
    ]);
  });
});

describe("the zone's own names", () => {
  const dns = [
    ...CLUSTER,
    namespace("kube-system"),
    service("kube-system/dns", { externalIPs: ["203.0.113.53"], ports: [port("dns", 53)] }),
    slice("kube-system/dns", ["192.0.2.2"], { ports: [port("dns", 53)] }),
  ];

  function withAddress(objects: readonly ClusterObject[]): TestCluster {
    const options: TestClusterOptions = { localAddresses: ["192.0.2.2"] };
    return new TestCluster(objects, options);
  }

  it("are the external addresses of the Service for DNS", async () => {
    const instance = open("", withAddress(dns));
    expect(await say(instance, "example.org. NS")).toEqual([
      "example.org. 5 IN NS ns1.dns.example.org.",
      "+ ns1.dns.example.org. 5 IN A 203.0.113.53",
    ]);
    expect(await say(instance, "ns1.dns.example.org.")).toEqual([
      "ns1.dns.example.org. 5 IN A 203.0.113.53",
    ]);
    expect(await say(instance, "ns1.dns.example.org. AAAA")).toEqual(["NODATA"]);
    const [soa = ""] = await say(instance, "example.org. SOA");
    expect(soa).toMatch(/^example\.org\. 5 IN SOA ns1\.dns\.example\.org\. hostmaster\.dns\./);
  });

  it("are those of the machine where no Service for DNS is on it", async () => {
    expect(await say(open("", withAddress(CLUSTER)), "ns1.dns.example.org.")).toEqual([
      "ns1.dns.example.org. 5 IN A 192.0.2.2",
    ]);
  });
});

describe("before the cluster is known", () => {
  it("no name is denied or handed on, and what is known is told", async () => {
    const instance = open("fallthrough", new TestCluster(CLUSTER, { synced: ["Namespace"] }));
    expect(await say(instance, "web.shop.example.org.")).toHaveLength(1);
    for (const name of ["nope.shop.example.org.", "gone.example.org."]) {
      await expect(say(instance, name)).rejects.toThrow("not known in full");
    }
    expect(() => instance.transfer(Name.parse("example.org."))).toThrow("not known in full");
  });
});

describe("the whole zone", () => {
  it("has what is said when each name is asked for", async () => {
    const instance = open("headless");
    const all = [...(instance.transfer(Name.parse("Example.org.")) ?? [])].map(formatRecord);
    expect(all[0]).toBe(all.at(-1));
    expect(all[0]).toMatch(/^example\.org\. 5 IN SOA /);
    const inside = all.slice(1, -1);
    expect(new Set(inside).size).toBe(inside.length);
    const questions = new Set(
      inside.map((line) => {
        const [owner = "", , , type = ""] = line.split(" ");
        return `${owner} ${type === "CNAME" ? "A" : type}`;
      }),
    );
    const said: string[] = [];
    for (const question of questions) {
      const [qname = "", qtype = "A"] = question.split(" ");
      said.push(...(await ask(instance, testQuery(qname, qtype), passedOn)).answer);
    }
    expect(inside.toSorted()).toEqual(said.toSorted());
    expect(inside).toContain("lb.shop.example.org. 5 IN CNAME lb.example.net.");
    expect(inside).toContain("db-0.db.shop.example.org. 5 IN A 10.1.0.1");
    expect(inside.join("\n")).not.toContain("gone");
    expect(instance.transfer(Name.parse("other.test."))).toBeUndefined();
  });
});

it("needs kubernetes in the same server block", () => {
  const context = testContext({ directive: "k8s_external example.org" });
  const instance = k8sExternal.create?.(k8sExternal.parse(context.directive), context);
  expect(() => instance?.connect?.()).toThrow(
    "Corefile:2: plugin/k8s_external: kubernetes is missing",
  );
});
