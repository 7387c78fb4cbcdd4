import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExplainBench, manifests, namespaceText, serviceText } from "../explain-bench.cases.ts";
import type { Explanation } from "../explanation.ts";
import { formatText } from "../format-text.ts";
import type { PortRoutes, ProxyMode, Routes, Way } from "./routes.ts";

interface Pod {
  readonly node: string;
  readonly state?: "ready" | "ending" | "not";
  readonly forZone?: string;
  readonly forNode?: string;
}

const CONDITIONS = {
  ready: "{ ready: true }",
  ending: "{ ready: false, serving: true, terminating: true }",
  not: "{ ready: false, serving: false }",
};

/** Endpoints 10.8.0.1, 10.8.0.2 ... of a Service; node-a is in zone-a. */
function sliceText(path: string, pods: readonly Pod[]): string {
  const [namespace = "", name = ""] = path.split("/");
  const endpoints = pods.map(({ node, state = "ready", forZone, forNode }, i) => {
    const hints = [
      ...(forZone === undefined ? [] : [`forZones: [{ name: ${forZone} }]`]),
      ...(forNode === undefined ? [] : [`forNodes: [{ name: ${forNode} }]`]),
    ];
    const hinted = hints.length === 0 ? "" : `, hints: { ${hints.join(", ")} }`;
    const zone = `zone: ${node.replace("node", "zone")}`;
    return `{ addresses: ["10.8.0.${i + 1}"], nodeName: ${node}, ${zone}, conditions: ${CONDITIONS[state]}${hinted} }`;
  });
  return `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice
metadata: { name: ${name}-1, namespace: ${namespace}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
ports: [{ name: "", port: 8080, protocol: TCP }]
endpoints: [${endpoints.join(", ")}]\n`;
}

const PORTS = "ports: [{ port: 80, nodePort: 30080 }]";
const COREFILE = `cluster.local 10.in-addr.arpa {
  kubernetes cluster.local 10.in-addr.arpa {
    manifests {{MANIFESTS}}
  }
}`;

let bench: ExplainBench;
beforeAll(async () => {
  const text = manifests(
    namespaceText("shop"),
    serviceText("shop/plain", `clusterIP: 10.96.1.1, ports: [{ port: 80 }]`),
    sliceText("shop/plain", [
      { node: "node-a" },
      { node: "node-b" },
      { node: "node-b", state: "not" },
    ]),
    serviceText("shop/empty", `clusterIP: 10.96.1.2, ports: [{ port: 80 }]`),
    serviceText("shop/ending", `clusterIP: 10.96.1.3, ports: [{ port: 80 }]`),
    sliceText("shop/ending", [
      { node: "node-a", state: "ending" },
      { node: "node-a", state: "not" },
    ]),
    serviceText(
      "shop/outside",
      `clusterIP: 10.96.1.4, type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 32000, externalIPs: [192.0.2.4], sessionAffinity: ClientIP, loadBalancerSourceRanges: [203.0.113.0/24], ${PORTS}`,
    ),
    sliceText("shop/outside", [{ node: "node-a" }, { node: "node-b", state: "not" }]),
    serviceText("shop/zonal", `clusterIP: 10.96.1.5, ports: [{ port: 80 }]`),
    sliceText("shop/zonal", [
      { node: "node-a", forZone: "zone-a" },
      { node: "node-b", forZone: "zone-b" },
    ]),
    serviceText("shop/nodal", `clusterIP: 10.96.1.6, ports: [{ port: 80 }]`),
    sliceText("shop/nodal", [
      { node: "node-a", forNode: "node-a", forZone: "zone-a" },
      { node: "node-b", forNode: "node-b", forZone: "zone-b" },
    ]),
    serviceText(
      "shop/agent",
      `clusterIP: 10.96.1.7, internalTrafficPolicy: Local, ports: [{ port: 80 }]`,
    ),
    sliceText("shop/agent", [{ node: "node-a" }]),
    serviceText("shop/headless", "clusterIP: None, ports: [{ port: 80 }]", true),
    serviceText("shop/alias", "type: ExternalName, externalName: plain.shop.svc.cluster.local"),
  );
  bench = await ExplainBench.open(COREFILE, text);
});
afterAll(() => bench.close());

async function explained(
  name: string,
  mode: ProxyMode = "iptables",
  node?: string,
): Promise<Explanation> {
  return bench.explain({ name, routes: mode, node });
}

async function routes(name: string, mode?: ProxyMode, node?: string): Promise<Routes> {
  const found = (await explained(name, mode, node)).routes;
  if (!found) throw new Error(`No routes of ${name}`);
  return found;
}

async function port(name: string, mode?: ProxyMode, node?: string): Promise<PortRoutes> {
  const [first] = (await routes(name, mode, node)).ports;
  if (!first) throw new Error(`No port of ${name}`);
  return first;
}

function said({ outcomes }: Way): readonly string[] {
  return outcomes.map(({ where, result, to }) => [where, result, ...to].join(" "));
}

describe("where connections go", () => {
  it("to all endpoints that are ready, from every node", async () => {
    const { endpoints, endpointCount, ways } = await port("plain.shop");
    expect(endpoints.map(({ address, node, state }) => [address, node, state])).toEqual([
      ["10.8.0.1:8080", "node-a", "ready"],
      ["10.8.0.2:8080", "node-b", "ready"],
      ["10.8.0.3:8080", "node-b", "not ready"],
    ]);
    expect(endpointCount).toBe(3);
    expect(ways.map(said)).toEqual([["every node sent 10.8.0.1:8080 10.8.0.2:8080"]]);
  });

  it("nowhere without an endpoint: it is rejected", async () => {
    const { ways } = await port("empty.shop");
    expect(ways.map(said)).toEqual([["every node rejected"]]);
    const { view } = await routes("empty.shop");
    expect(view?.lines.at(-1)).toBe(
      '-A KUBE-SERVICES -d 10.96.1.2/32 -p tcp -m comment --comment "shop/empty has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    );
  });

  it("to those that end, while they serve and none is ready", async () => {
    const { ways } = await port("ending.shop");
    expect(ways.map(said)).toEqual([["every node sent 10.8.0.1:8080"]]);
    expect(ways[0]?.outcomes[0]?.why).toMatch(/^none is ready/);
  });

  it("from outside to those of the node only, where policy Local says so", async () => {
    const { ways } = await port("outside.shop");
    expect(ways.map(({ policy }) => policy)).toEqual(["Cluster", "Local"]);
    expect(ways.map(said)).toEqual([
      ["every node sent 10.8.0.1:8080"],
      ["node-a sent 10.8.0.1:8080", "node-b, any other node dropped"],
    ]);
    expect(ways[1]?.entrances).toEqual([
      { kind: "NodePort", address: null, port: 30_080 },
      { kind: "external IP", address: "192.0.2.4", port: 80 },
    ]);
  });

  it("mode ipvs takes those of other nodes then", async () => {
    const { ways } = await port("outside.shop", "ipvs", "node-b");
    expect(ways.map(said)).toEqual([["node-b sent 10.8.0.1:8080"], ["node-b sent 10.8.0.1:8080"]]);
    const { view } = await routes("outside.shop", "ipvs", "node-b");
    expect(view?.lines).toContain("TCP  NODE-ADDRESS:30080 rr persistent 10800");
  });

  it("inside as well, by internalTrafficPolicy", async () => {
    const { ways } = await port("agent.shop");
    expect(ways.map(said)).toEqual([["node-a sent 10.8.0.1:8080", "any other node dropped"]]);
  });

  it("by hints for zones, where nodes of other zones get all", async () => {
    const { ways } = await port("zonal.shop");
    expect(ways.map(said)).toEqual([
      [
        "node-a, other nodes of zone-a sent 10.8.0.1:8080",
        "node-b, other nodes of zone-b sent 10.8.0.2:8080",
        "nodes of other zones sent 10.8.0.1:8080 10.8.0.2:8080",
      ],
    ]);
  });

  it("by hints for nodes first, where there are any", async () => {
    const { ways } = await port("nodal.shop");
    expect(ways[0]?.outcomes.map(({ where, why }) => [where, why])).toEqual([
      ["node-a", "hints of the EndpointSlices: those for this node"],
      ["node-b", "hints of the EndpointSlices: those for this node"],
      ["other nodes of zone-a", "hints of the EndpointSlices: those for the node's zone"],
      ["other nodes of zone-b", "hints of the EndpointSlices: those for the node's zone"],
      ["nodes of other zones", "all endpoints that are ready"],
    ]);
  });
});

describe("what is asked for", () => {
  it.each([
    ["headless.shop", /is headless: its names lead to the endpoints themselves/],
    ["alias.shop", /but another name for "plain.shop.svc.cluster.local"/],
    ["nobody.shop", /^No Service stands behind this name/],
  ])("%s has no route, and why", async (name, why) => {
    const { sentence, ports, view } = await routes(name);
    expect(sentence).toMatch(why);
    expect({ ports, view }).toEqual({ ports: [], view: null });
  });

  it.each([
    ["10.96.1.4", ["ClusterIP"]],
    ["10.96.1.4:80", ["ClusterIP"]],
    ["192.0.2.4", ["external IP"]],
    ["172.18.0.2:30080", ["NodePort"]],
  ])("%s is an address, whose Service is explained", async (address, kinds) => {
    const { asked, verdict, routes: found } = await explained(address);
    expect(found?.service).toBe("shop/outside");
    expect(
      found?.ports
        .flatMap(({ ways }) => ways)
        .flatMap(({ entrances }) => entrances)
        .map(({ kind }) => kind),
    ).toEqual(kinds);
    expect(asked.assumed.join(" ")).toContain(`${address} leads to Service "shop/outside"`);
    expect(verdict.level).toBe("fine");
  });

  it("a name of reverse lookups as well", async () => {
    const { routes: found } = await bench.explain({
      name: "1.1.96.10.in-addr.arpa.",
      type: "PTR",
      routes: "iptables",
    });
    expect(found?.service).toBe("shop/plain");
  });

  it.each([
    [{ name: "10.9.9.9", routes: "iptables" }, "no Service is known that has this address"],
    [{ name: "10.9.9.9:31000", routes: "iptables" }, "none has the NodePort 31000"],
    [{ name: "plain.shop", routes: "ebpf" }, 'mode "ebpf": expected iptables, ipvs, nftables'],
    [{ name: "plain.shop", node: "node-a" }, "it only counts for routes"],
  ])("%j cannot be explained", async (request, message) => {
    await expect(bench.explain(request)).rejects.toThrow(message);
  });

  it("nothing of it without being asked", async () => {
    expect((await bench.explain({ name: "plain.shop" })).routes).toBeNull();
  });
});

describe("what is said besides", () => {
  it("who stays where, who is let in, and how a load balancer knows", async () => {
    const { notes } = await routes("outside.shop");
    const text = notes.join("\n");
    expect(text).toContain("stays with its endpoint for 10800 seconds");
    expect(text).toContain('open to "203.0.113.0/24" only');
    expect(text).toContain("http://NODE:32000/healthz");
    expect(text).toContain("as by policy Cluster");
  });

  it("that a node's zone is not known", async () => {
    const { notes } = await routes("zonal.shop", "iptables", "node-z");
    expect(notes.join("\n")).toContain('The zone of node "node-z" is not known');
  });

  it.each([
    ["iptables", 'as "iptables-save" shows it', "-j KUBE-SVC-"],
    ["ipvs", 'as "ipvsadm -Ln" shows it', "  -> 10.8.0.2:8080"],
    ["nftables", 'as "nft list table ip kube-proxy" shows it', "numgen random mod 2 map {"],
  ] as const)("in text, with the rules of mode %s in whole lines", async (mode, command, rule) => {
    const text = formatText(await explained("plain.shop", mode), { colour: false, width: 80 });
    expect(text).toContain("\nRoutes\n");
    expect(text).toContain(command);
    expect(text).toContain(rule);
    expect(text).toContain("every node: to 10.8.0.1:8080, 10.8.0.2:8080, each 1 in 2");
  });
});
