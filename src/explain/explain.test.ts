import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Name } from "../dns/name.ts";
import { startZoneUpstream } from "../testing/zone-upstream.ts";
import {
  ExplainBench,
  PLENTY,
  manifests,
  namespaceText,
  serviceText,
} from "./explain-bench.cases.ts";

const PORTS = "ports: [{ name: http, port: 80 }]";
const OBJECTS = manifests(
  ...["default", "shop", "data", "com", "hidden"].map(namespaceText),
  serviceText("shop/web", `clusterIP: 10.96.0.10, ${PORTS}`, true),
  serviceText("shop/idle", `clusterIP: 10.96.0.11, ${PORTS}`, false),
  serviceText("shop/db", `clusterIP: None, ${PORTS}`),
  serviceText("data/pg", `clusterIP: None, ${PORTS}`, true),
  serviceText("data/unready", `clusterIP: None, ${PORTS}`, false),
  serviceText("com/example", `clusterIP: 10.96.0.12, ${PORTS}`, true),
  serviceText("shop/address", "type: ExternalName, externalName: 192.0.2.1"),
  serviceText("shop/gone", "type: ExternalName, externalName: gone.example"),
  serviceText("shop/there", "type: ExternalName, externalName: there.example"),
  serviceText("shop/one", "type: ExternalName, externalName: two.shop.svc.cluster.local"),
  serviceText("shop/two", "type: ExternalName, externalName: one.shop.svc.cluster.local"),
);

function corefile(properties = "", outside = OUTSIDE): string {
  return `cluster.local:53 10.in-addr.arpa:53 {
    kubernetes cluster.local 10.in-addr.arpa {
        manifests {{MANIFESTS}}
        ${properties}
    }
}
${outside}`;
}

/** What upstream servers would say. */
const OUTSIDE = `.:53 {
    template IN A there.example {
        answer "{{ .Name }} 60 IN A 192.0.2.80"
    }
    template IN A example.com {
        answer "{{ .Name }} 60 IN A 192.0.2.81"
    }
    template ANY ANY there.example example.com {
        rcode NOERROR
    }
    template ANY ANY {
        rcode NXDOMAIN
    }
}`;

/** `code: sentence` */
async function said(bench: ExplainBench, line: string): Promise<string> {
  const [name = "", type, from] = line.split(" ");
  const request = { name, type: type === "-" ? undefined : type, from };
  const { verdict } = await bench.explain(request);
  return `${verdict.code}: ${verdict.sentence}`;
}

describe("each cause is named, staged by manifests", () => {
  let bench: ExplainBench;
  beforeAll(async () => (bench = await ExplainBench.open(corefile(), OBJECTS)));
  afterAll(() => bench.close());

  it.each([
    ["web.shpo", 'no-namespace: There is no namespace "shpo": did you mean "shop"?'],
    ["pg.nowhere", 'no-namespace: There is no namespace "nowhere"'],
    ["wbe.shop", 'no-service: Namespace "shop" has no Service "wbe": did you mean "web"?'],
    ["pg.shop", 'no-service: Namespace "shop" has no Service "pg", but namespace "data" has one'],
    ["web", 'no-service: Namespace "default" has no Service "web", but namespace "shop" has one'],
    [
      "db.shop",
      'service-without-selector: The name has no address: Service "db" of namespace "shop" has no selector, and no EndpointSlice has an endpoint of it',
    ],
    ["unready.data", "headless-without-endpoint:"],
    [
      "idle.shop",
      'cluster-ip-without-endpoint: The name resolves, but connections are refused: Service "idle" of namespace "shop" has no ready endpoint',
    ],
    [
      "_htpt._tcp.web.shop.svc.cluster.local SRV",
      'no-port: Service "web" of namespace "shop" has no port "_htpt._tcp"',
    ],
    [
      "_http._udp.web.shop.svc.cluster.local SRV",
      'wrong-protocol: Port "http" of Service "web" of namespace "shop" is tcp, not udp',
    ],
    ["_htpt._tcp.pg.data.svc.cluster.local. SRV", "no-port:"],
    [
      "pg-7.pg.data.svc.cluster.local",
      'no-endpoint-name: Service "pg" of namespace "data" has no ready endpoint "pg-7"',
    ],
    [
      "address.shop",
      'external-name-is-address: ExternalName "192.0.2.1" of Service "address" of namespace "shop" is an address: a name is wanted there',
    ],
    [
      "gone.shop",
      'external-name-unresolved: Service "gone" of namespace "shop" is another name for "gone.example.", which does not resolve',
    ],
    [
      "one.shop",
      'external-name-circle: Service "one" of namespace "shop" leads in a circle: its ExternalName comes back to itself',
    ],
    ["10-9-0-1.shop.pod.cluster.local", "pods-disabled: Names of pods are off in the Corefile"],
    [
      "9.9.9.10.in-addr.arpa. PTR",
      "address-of-nobody: No Service has ClusterIP 10.9.9.9, and no ready endpoint of a Service has that address",
    ],
    [
      "web.shop AAAA",
      'missing-family: Service "web" of namespace "shop" has no AAAA record: it has no address of that family',
    ],
    ["web.shop MX", 'no-record-of-type: "web.shop.svc.cluster.local." is there, but has no MX'],
    [
      "web.shop.cluster.local.",
      'no-such-form: "web.shop.cluster.local." is in the cluster\'s zone, but no name there looks like that',
    ],
    [
      "gone.example.",
      'no-such-name-outside: "gone.example." is no name of the cluster, and outside of it there is no such name',
    ],
    [
      "example.com",
      'captured-by-search-path: "example.com" is taken for Service "example" of namespace "com", though there is such a name outside',
    ],
    ["web.shop", 'well: All is well: "web.shop" resolves to 10.96.0.10'],
    ["web - shop", 'well: All is well: "web" resolves to 10.96.0.10'],
    ["there.shop", 'well: All is well: "there.shop" resolves to 192.0.2.80'],
    ["pg-0.pg.data", "well:"],
    ["there.example", 'well: All is well: "there.example" resolves to 192.0.2.80'],
    ["example.com.", 'well: All is well: "example.com." resolves to 192.0.2.81'],
    ["10.0.96.10.in-addr.arpa. PTR", "well:"],
  ])("%s", async (line, expected) => {
    expect(await said(bench, line)).toMatch(expected);
  });

  it("says the queries that a lookup takes, and how to write the name so that it takes the least", async () => {
    const { queries, verdict, lookups } = await bench.explain({ name: "web.shop" });
    expect(lookups.map(({ name }) => name)).toEqual([
      "web.shop.default.svc.cluster.local.",
      "web.shop.svc.cluster.local.",
    ]);
    expect(queries).toBe(4);
    expect(verdict.evidence).toContain(
      'this lookup takes 4 queries; written as "web.shop.svc.cluster.local.", with the final dot, it takes 2',
    );
    const least = await bench.explain({ name: "web.shop.svc.cluster.local." });
    expect(least.queries).toBe(2);
  });

  it("tells the way of each question: block, plugins with their lines, records, TTL", async () => {
    const { lookups } = await bench.explain({ name: "web.shop.svc.cluster.local.", type: "A" });
    expect(lookups[0]?.answers[0]).toMatchObject({
      type: "A",
      rcode: "NOERROR",
      ttlSeconds: 5,
      records: ["web.shop.svc.cluster.local. 5 IN A 10.96.0.10"],
      block: { at: "Corefile:1", view: null },
      steps: [
        {
          plugin: "kubernetes",
          at: "Corefile:2",
          outcome: "NOERROR",
          notes: ['from the cluster\'s objects, zone "cluster.local."'],
        },
      ],
    });
  });

  it("asks what the node searches, too, and says what it assumes of the client", async () => {
    const options = { ...PLENTY, ofNode: [Name.parse("corp.example")] };
    const { asked, lookups } = await bench.explain({ name: "nothing", from: "10.9.0.77" }, options);
    expect(asked.search.at(-1)).toBe("corp.example.");
    expect(lookups.map(({ name }) => name)).toEqual([
      "nothing.default.svc.cluster.local.",
      "nothing.svc.cluster.local.",
      "nothing.cluster.local.",
      "nothing.corp.example.",
      "nothing.",
    ]);
    expect(asked.assumed.join()).toContain("No pod is known at 10.9.0.77");
  });

  it("asks as the pod does that is named, or has the address", async () => {
    const pod = `apiVersion: v1\nkind: Pod\nmetadata: { name: client-0, namespace: shop }
status: { phase: Running, podIP: 10.9.9.9, podIPs: [{ ip: 10.9.9.9 }] }\n`;
    const verified = await ExplainBench.open(corefile("pods verified"), manifests(OBJECTS, pod));
    const expected = { namespace: "shop", address: "10.9.9.9", assumed: [] };
    for (const from of ["client-0.shop", "10.9.9.9"]) {
      const { asked, verdict } = await verified.explain({ name: "web", from });
      expect(asked).toMatchObject(expected);
      expect(verdict.code).toBe("well");
    }
    const { asked } = await verified.explain({ name: "web", from: "gone-0.shop" });
    expect(asked.assumed.join()).toContain('The address of pod "gone-0" is not known');
    await verified.close();
    // A pod behind a Service is known by its slice, too.
    const { lookups } = await bench.explain({ name: "pg.data.svc.cluster.local.", type: "A" });
    const address = lookups[0]?.answers[0]?.records[0]?.split(" ").at(-1);
    expect(address).toMatch(/^10\.9\.0\./);
    const behind = await bench.explain({ name: "pg", from: address });
    expect(behind.asked).toMatchObject({ namespace: "data", assumed: [] });
  });

  it.each([
    [{ name: "a..b" }, 'Cannot explain "a..b": empty label'],
    [{ name: "" }, 'Cannot explain "": empty name'],
    [{ name: "a", type: "NONE" }, 'Cannot explain type "NONE": there is none'],
    [{ name: "a", from: "-" }, 'Cannot explain for "-": expected POD.NAMESPACE'],
    [{ name: "a", from: ".shop" }, 'Cannot explain for ".shop": expected POD.NAMESPACE'],
  ])("%j is refused", async (request, message) => {
    await expect(bench.explain(request)).rejects.toThrow(message);
  });

  it("prints no octet of a name that a terminal could obey", async () => {
    const explanation = await bench.explain({ name: "\u001b[31mred\u009b.sh\u202eop" });
    // eslint-disable-next-line no-control-regex
    expect(JSON.stringify(explanation)).toMatch(/^[ -~]*$/);
    for (const { command } of explanation.verdict.next) expect(command).toMatch(/^[ -~]*$/);
  });
});

describe("causes of the configuration", () => {
  async function saidWith(text: string, line: string, objects = OBJECTS): Promise<string> {
    const bench = await ExplainBench.open(text, objects);
    try {
      return await said(bench, line);
    } finally {
      await bench.close();
    }
  }

  it.each([
    [
      "namespaces shop",
      "pg.data",
      'namespace-hidden: Namespace "data" is there, but the Corefile shows only "shop"',
    ],
    [
      "namespaces shop",
      "pg.elsewhere",
      'namespace-hidden: Whether there is a namespace "elsewhere" does not count: the Corefile shows only "shop"',
    ],
    [
      "namespaces shop",
      "web.shpo",
      'no-namespace: There is no namespace "shpo": did you mean "shop"?',
    ],
    [
      "ignore empty_service",
      "idle.shop",
      'empty-service-ignored: Service "idle" of namespace "shop" has no ready endpoint, and the Corefile hides such ones',
    ],
    [
      "pods verified",
      "10-9-9-9.shop.pod.cluster.local",
      'no-pod: Namespace "shop" has no running pod with the address that',
    ],
    ["pods insecure", "web-0.shop.pod.cluster.local", "pod-name-is-no-address:"],
  ])("%s: %s", async (properties, line, expected) => {
    expect(await saidWith(corefile(properties), line)).toMatch(expected);
  });

  it("a plugin in front denies what is there, and one behind what is not", async () => {
    const front = `.:53 {
    kubernetes cluster.local 10.in-addr.arpa {
        manifests {{MANIFESTS}}
    }
    template ANY ANY {
        rcode NXDOMAIN
    }
}`;
    expect(await saidWith(front, "web.shop")).toBe(
      'answered-in-front: Service "web" of namespace "shop" is there, but plugin/template (Corefile:5) denies "web.shop.svc.cluster.local."',
    );
    const behind = await startZoneUpstream("example.org. 60 IN SOA ns. host. 1 2 3 4 5");
    const text = front
      .replace("manifests", "fallthrough\n manifests")
      .replace(/template(.*\n){2}.*}/, `forward . ${behind.address}`);
    expect(await saidWith(text, "web.shpo")).toMatch("no-namespace:");
    expect(await saidWith(text, "wbe.shop")).toMatch("no-service:");
    expect(await saidWith(text, "9.9.9.10.in-addr.arpa. PTR")).toMatch("address-of-nobody:");
    expect(await saidWith(text, "web.shop")).toMatch("well:");
    await behind.close();
  });

  it("no block serves the zone", async () => {
    const text = corefile("", "");
    expect(await saidWith(text, "example.org")).toBe(
      'no-block: No server block of the Corefile serves "example.org.", so it is refused',
    );
    expect(await saidWith(text, "wbe.shop")).toMatch("no-service:");
  });

  it("an upstream refuses, or cannot be reached", async () => {
    const refusing = corefile("", ".:53 {\n template ANY ANY {\n rcode REFUSED\n }\n}");
    expect(await saidWith(refusing, "example.org.")).toBe(
      'failed: "example.org." cannot be resolved: plugin/template (Corefile:8) says REFUSED',
    );
    // Nobody listens on port 1 of the loopback.
    const unreachable = corefile("", ".:53 {\n forward . 127.0.0.1:1\n}");
    expect(await saidWith(unreachable, "example.org.")).toMatch(
      /^upstream-(failed|silent): "example/,
    );
    expect(await saidWith(unreachable, "wbe.shop")).toMatch("no-service:");
  });
});

it("of fifty healthy names none is called ill", async () => {
  const names = Array.from({ length: 12 }, (_none, i) => `app-${i}`);
  const objects = manifests(
    namespaceText("default"),
    namespaceText("prod"),
    ...names.map((name, i) =>
      serviceText(`prod/${name}`, `clusterIP: 10.96.1.${i + 1}, ${PORTS}`, true),
    ),
    serviceText("prod/nodes", `clusterIP: None, ${PORTS}`, true),
    serviceText("prod/alias", "type: ExternalName, externalName: there.example"),
  );
  const bench = await ExplainBench.open(corefile(), objects);
  const lines = [
    ...names.flatMap((name) => [
      `${name}.prod`,
      `${name} - prod`,
      `${name}.prod.svc`,
      `${name}.prod.svc.cluster.local. A`,
    ]),
    "nodes.prod",
    "nodes-0.nodes.prod.svc",
    "_http._tcp.nodes.prod.svc.cluster.local SRV",
    "_http._tcp.app-1.prod.svc.cluster.local. SRV",
    "alias.prod",
    "1.1.96.10.in-addr.arpa. PTR",
    "there.example",
  ];
  expect(lines.length).toBeGreaterThanOrEqual(50);
  const ill: string[] = [];
  for (const line of lines) {
    const verdict = await said(bench, line);
    if (!verdict.startsWith("well:")) ill.push(`${line}: ${verdict}`);
  }
  await bench.close();
  expect(ill).toEqual([]);
});
