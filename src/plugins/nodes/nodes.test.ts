import { describe, expect, it } from "vitest";
import { ClusterNames } from "../../cluster/cluster-names.ts";
import { kindsOf } from "../../kube/cluster-source.ts";
import type { ClusterSink, EndpointSlice, Node, Service } from "../../kube/cluster-source.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { testContext } from "../../testing/context.ts";
import { NodeIndex } from "./node-index.ts";
import { parseNodes, SELECTION } from "./parse.ts";
import { nodeZones } from "./zones.ts";

class Cluster {
  readonly instance: ClusterNames;
  #sink: ClusterSink | undefined;

  constructor(properties = "") {
    const directive = `nodes cluster.local {\n${properties}\n}`;
    const context = testContext({ directive });
    const options = parseNodes(context.directive);
    const source = {
      start: async (sink: ClusterSink): Promise<void> => void (this.#sink = sink),
      stop: () => Promise.resolve(),
    };
    this.instance = new ClusterNames(
      {
        zones: nodeZones(options.zones ?? context.zones, options.ttlSeconds),
        fallthrough: options.fallthrough,
        kinds: kindsOf(SELECTION),
      },
      new NodeIndex(options, () => 1_000_000),
      source,
      context,
    );
  }

  async with(...objects: readonly (Node | Service | EndpointSlice)[]): Promise<this> {
    await this.instance.start();
    for (const object of objects) this.sink.upsert(object);
    for (const kind of kindsOf(SELECTION)) this.sink.synced(kind);
    return this;
  }

  get sink(): ClusterSink {
    if (!this.#sink) throw new Error("not started");
    return this.#sink;
  }

  ask(qname: string, qtype: string): Promise<Sections> {
    return ask(this.instance, testQuery(qname, qtype));
  }

  /** Response code and data of the answers. */
  async say(qname: string, qtype = "A"): Promise<string> {
    const { rcode, answer } = await this.ask(qname, qtype);
    const data = answer.map((line) => line.split(/\s+/).slice(4).join(" "));
    return [rcode, ...data.toSorted()].join(" | ");
  }
}

function node(name: string, internal: string | string[], changes: Partial<Node> = {}): Node {
  return {
    kind: "Node",
    namespace: "",
    name,
    internalIPs: [internal].flat(),
    externalIPs: [],
    ready: true,
    ...changes,
  };
}

function service(name: string, changes: Partial<Service> = {}): Service {
  return {
    kind: "Service",
    namespace: "shop",
    name,
    type: "NodePort",
    clusterIPs: ["10.96.0.1"],
    headless: false,
    externalName: "",
    ports: [
      { name: "http", port: 80, protocol: "tcp", nodePort: 30_080 },
      { name: "dns", port: 53, protocol: "udp", nodePort: 30_053 },
    ],
    externalIPs: [],
    externalHostnames: [],
    publishNotReadyAddresses: false,
    ...changes,
  };
}

function slice(
  name: string,
  nodes: readonly string[],
  { ready = true, of = "web" } = {},
): EndpointSlice {
  return {
    kind: "EndpointSlice",
    namespace: "shop",
    name,
    serviceName: of,
    addressType: "IPv4",
    endpoints: nodes.map((nodeName, i) => ({
      addresses: [`10.0.0.${i + 1}`],
      ready,
      hostname: "",
      nodeName,
      zone: "",
      podName: "",
    })),
    ports: [],
  };
}

const A = node("node-a", ["192.0.2.1", "2001:db8::1"], { externalIPs: ["198.51.100.1"] });
const B = node("ip-10-0-0-2.ec2.internal", "192.0.2.2", { ready: false });
const C = node("node-c", "192.0.2.3");

describe("the name of a node", () => {
  it("stands for its addresses, ready or not", async () => {
    const cluster = await new Cluster().with(A, B);
    expect(await cluster.say("node-a.node.cluster.local.")).toBe("NOERROR | 192.0.2.1");
    expect(await cluster.say("node-a.node.cluster.local.", "AAAA")).toBe("NOERROR | 2001:db8::1");
    expect(await cluster.say("node-a.node.cluster.local.", "TXT")).toBe("NOERROR");
    expect(await cluster.say("ip-10-0-0-2.ec2.internal.node.cluster.local.")).toBe(
      "NOERROR | 192.0.2.2",
    );
  });

  it("exists with all names above it, and no others do (RFC 8020)", async () => {
    const cluster = await new Cluster().with(A, B);
    const names = ["", "internal.", "ec2.internal.", "x.", "x.ec2.internal.", "x.node-a."];
    const said = names.map((name) => cluster.say(`${name}node.cluster.local.`));
    expect(await Promise.all(said)).toEqual([
      "NOERROR",
      "NOERROR",
      "NOERROR",
      "NXDOMAIN",
      "NXDOMAIN",
      "NXDOMAIN",
    ]);
    const { authority, flags } = await cluster.ask("x.node.cluster.local.", "A");
    expect(flags).toBe("AA");
    expect(authority).toEqual([expect.stringMatching(/^node\.cluster\.local\.\s+5\s+IN\s+SOA\s/)]);
    cluster.sink.remove("Node", B);
    expect(await cluster.say("internal.node.cluster.local.")).toBe("NXDOMAIN");
  });

  it("stands for external ones where they are asked for", async () => {
    const external = await new Cluster("addresses external").with(A, B);
    expect(await external.say("node-a.node.cluster.local.")).toBe("NOERROR | 198.51.100.1");
    expect(await external.say("ip-10-0-0-2.ec2.internal.node.cluster.local.")).toBe("NOERROR");
    const both = await new Cluster("addresses internal external").with(A);
    expect(await both.say("node-a.node.cluster.local.")).toBe("NOERROR | 192.0.2.1 | 198.51.100.1");
  });

  it("is written as the client writes it, and has an SOA", async () => {
    const cluster = await new Cluster("ttl 30").with(A);
    const { answer } = await cluster.ask("NODE-a.Node.cluster.LOCAL.", "A");
    expect(answer).toEqual([
      expect.stringMatching(/^NODE-a\.Node\.cluster\.LOCAL\.\s+30\s+IN\s+A\s+192\.0\.2\.1$/),
    ]);
    expect((await cluster.ask("node.cluster.local.", "SOA")).answer).toHaveLength(1);
  });
});

describe("a Service at the ports of nodes", () => {
  const web = "web.shop.nodeport.cluster.local.";

  it("has the addresses of nodes that are ready, by the families that it has", async () => {
    const cluster = await new Cluster().with(A, B, C, service("web"));
    expect(await cluster.say(web)).toBe("NOERROR | 192.0.2.1 | 192.0.2.3");
    expect(await cluster.say(web, "AAAA")).toBe("NOERROR");
    cluster.sink.upsert(service("web", { clusterIPs: ["10.96.0.1", "fd00::1"] }));
    expect(await cluster.say(web, "AAAA")).toBe("NOERROR | 2001:db8::1");
  });

  it("names all nodes if none is ready, or if that is wanted", async () => {
    const none = await new Cluster().with(B, { ...C, ready: false }, service("web"));
    expect(await none.say(web)).toBe("NOERROR | 192.0.2.2 | 192.0.2.3");
    const wanted = await new Cluster("not_ready").with(B, C, service("web"));
    expect(await wanted.say(web)).toBe("NOERROR | 192.0.2.2 | 192.0.2.3");
  });

  it("has SRV records with the node port, and the nodes' addresses beside them", async () => {
    const cluster = await new Cluster().with(A, C, service("web"));
    const http = await cluster.ask(`_http._TCP.${web}`, "SRV");
    expect(http.answer.map((line) => line.split(/\s+/).slice(4).join(" "))).toEqual([
      "0 50 30080 node-a.node.cluster.local.",
      "0 50 30080 node-c.node.cluster.local.",
    ]);
    expect(http.additional.map((line) => line.split(/\s+/).join(" "))).toEqual([
      "node-a.node.cluster.local. 5 IN A 192.0.2.1",
      "node-c.node.cluster.local. 5 IN A 192.0.2.3",
    ]);
    expect(await cluster.say(web, "SRV")).toContain("0 50 30053 node-c");
  });

  it("exists with the names above and below that its ports give it", async () => {
    const cluster = await new Cluster().with(A, service("web"));
    const names = ["_tcp.", "_sctp.", "_http._tcp.", "_http._udp.", "http.tcp.", "a._http._tcp."];
    const said = names.map((name) => cluster.say(name + web));
    expect(await Promise.all(said)).toEqual([
      "NOERROR",
      "NXDOMAIN",
      "NOERROR",
      "NXDOMAIN",
      "NXDOMAIN",
      "NXDOMAIN",
    ]);
    expect(await cluster.say("shop.nodeport.cluster.local.")).toBe("NOERROR");
    expect(await cluster.say("other.nodeport.cluster.local.")).toBe("NXDOMAIN");
    cluster.sink.remove("Service", { namespace: "shop", name: "web" });
    expect(await cluster.say("shop.nodeport.cluster.local.")).toBe("NXDOMAIN");
  });

  it.each<[string, Partial<Service>]>([
    ["of another type", { type: "ClusterIP" }],
    ["without node ports", { ports: [{ name: "http", port: 80, protocol: "tcp" }] }],
  ])("%s is not there", async (_, changes) => {
    const cluster = await new Cluster().with(
      A,
      service("web", { type: "LoadBalancer", ...changes }),
    );
    expect(await cluster.say(web)).toBe("NXDOMAIN");
  });

  it("with a local policy names nodes with a ready endpoint only", async () => {
    const cluster = await new Cluster().with(
      A,
      C,
      slice("web-1", ["node-a"]),
      slice("web-2", ["node-c"], { ready: false }),
      service("web", { isLocal: true }),
    );
    expect(await cluster.say(web)).toBe("NOERROR | 192.0.2.1");
    cluster.sink.upsert(slice("web-2", ["node-c"]));
    expect(await cluster.say(web)).toBe("NOERROR | 192.0.2.1 | 192.0.2.3");
    cluster.sink.remove("EndpointSlice", slice("web-1", []));
    expect(await cluster.say(web)).toBe("NOERROR | 192.0.2.3");
    cluster.sink.upsert(slice("web-2", ["node-c"], { of: "other" }));
    expect(await cluster.say(web)).toBe("NOERROR");
  });

  it("names no more than max nodes, others than the next Service, and stays with them", async () => {
    const many = Array.from({ length: 40 }, (_, i) => node(`n-${i}`, `192.0.2.${i + 1}`));
    const names = Array.from({ length: 8 }, (_, i) => `web-${i}`);
    const services = names.map((name) => service(name));
    const cluster = await new Cluster("max 4").with(...many, ...services);
    const sayAll = (): Promise<string[]> => {
      return Promise.all(names.map((name) => cluster.say(`${name}.shop.nodeport.cluster.local.`)));
    };
    const before = await sayAll();
    for (const said of before) expect(said.split(" | ")).toHaveLength(5);
    expect(new Set(before).size).toBeGreaterThan(1);
    cluster.sink.upsert(node("late", "198.51.100.7"));
    const after = await sayAll();
    for (const [i, said] of after.entries()) {
      const kept = said.split(" | ").filter((part) => before[i]?.split(" | ").includes(part));
      expect(kept.length).toBeGreaterThanOrEqual(4);
    }
  });
});

describe("other names", () => {
  it("go to the next plugin, those that stand for nothing where that is wanted", async () => {
    const cluster = await new Cluster("fallthrough node.cluster.local").with(A);
    expect(await cluster.say("web.shop.svc.cluster.local.")).toBe("BADTRUNC");
    expect(await cluster.say("x.node.cluster.local.")).toBe("BADTRUNC");
    expect(await cluster.say("x.y.nodeport.cluster.local.")).toBe("NXDOMAIN");
  });

  it("wait for the cluster, and say so", async () => {
    const { instance } = new Cluster();
    await instance.start();
    expect(instance.notReady()).toContain("Node");
    expect(() => instance.serve(testQuery("node-a.node.cluster.local."), () => never())).toThrow(
      "the cluster is not known in full",
    );
  });
});

function never(): never {
  throw new Error("asked");
}

it.each([
  ["addresses", /missing argument/],
  ["addresses public", /unknown value "public"/],
  ["max 0", /less than 1/],
  ["ttl 3601", /more than 3600/],
  ["manifests m\nkubeconfig k", /"kubeconfig" has no effect/],
  ["namespaces a", /unknown property "namespaces"/],
])("a bad property is refused with its line: %j", (body, message) => {
  const parse = (): unknown =>
    parseNodes(testContext({ directive: `nodes a.test {\n${body}\n}` }).directive);
  expect(parse).toThrow(/^Corefile:[34]: plugin\/nodes: /);
  expect(parse).toThrow(message);
});
