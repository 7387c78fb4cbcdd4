import { describe, expect, it } from "vitest";
import { ClusterNames } from "../../cluster/cluster-names.ts";
import { ServedZone } from "../../cluster/served-zone.ts";
import { Name } from "../../dns/name.ts";
import { kindsOf } from "../../kube/cluster-source.ts";
import type {
  ClusterObject,
  ClusterSink,
  Gateway,
  Ingress,
  Route,
} from "../../kube/cluster-source.ts";
import { Metrics } from "../../observe/metrics.ts";
import { Reply } from "../../server/contract/reply.ts";
import { recordingLog, testContext } from "../../testing/context.ts";
import { ask, records, testQuery } from "../../testing/query.ts";
import { GatewayIndex } from "./gateway-index.ts";
import { IgnoredNames } from "./ignored-names.ts";
import { parseGateway, requireZones, SELECTION } from "./parse.ts";

class Cluster {
  readonly instance: ClusterNames;
  readonly lines: string[];
  readonly metrics = new Metrics();
  #sink: ClusterSink | undefined;

  constructor(properties = "") {
    const directive = `gateway a.test b.test {\n${properties}\n}`;
    const { log, lines } = recordingLog();
    this.lines = lines;
    const resolve = (): Reply => Reply.authoritative(records("lb.test. 60 IN A 203.0.113.1"));
    const context = testContext({ directive, log, metrics: this.metrics, host: { resolve } });
    const { zones = [], ttlSeconds, fallthrough } = parseGateway(context.directive);
    const source = {
      start: async (sink: ClusterSink): Promise<void> => void (this.#sink = sink),
      stop: () => Promise.resolve(),
    };
    this.instance = new ClusterNames(
      {
        zones: zones.map((zone) => new ServedZone(zone, ttlSeconds)),
        fallthrough,
        kinds: kindsOf(SELECTION),
      },
      new GatewayIndex(zones, new IgnoredNames(context), () => 1_000_000),
      source,
      context,
    );
  }

  async with(...objects: readonly ClusterObject[]): Promise<this> {
    await this.instance.start();
    for (const object of objects) this.sink.upsert(object);
    for (const kind of kindsOf(SELECTION)) this.sink.synced(kind);
    return this;
  }

  get sink(): ClusterSink {
    if (!this.#sink) throw new Error("not started");
    return this.#sink;
  }

  async say(qname: string, qtype = "A"): Promise<string> {
    const { rcode, answer } = await ask(this.instance, testQuery(qname, qtype));
    const data = answer.map((line) => line.split(/\s+/).slice(3).join(" "));
    return [rcode, ...data].join(" | ");
  }
}

const shop = { namespace: "shop" };

function ingress(name: string, hostnames: string[], changes: Partial<Ingress> = {}): Ingress {
  const at = { addresses: ["192.0.2.1"], targets: [] };
  return { kind: "Ingress", ...shop, name, hostnames, ...at, ...changes };
}

function gatewayOf(name: string, changes: Partial<Gateway> = {}): Gateway {
  const at = { addresses: ["192.0.2.9"], targets: [] };
  return { kind: "Gateway", ...shop, name, hostnames: [], ...at, ...changes };
}

function route(name: string, hostnames: string[], gateways: string[]): Route {
  const keys = gateways.map((gateway) => ({ ...shop, name: gateway }));
  return { kind: "HTTPRoute", ...shop, name, hostnames, gateways: keys };
}

describe("a host name", () => {
  it("of an Ingress leads to its load balancer", async () => {
    const both = ["192.0.2.1", "2001:db8::1"];
    const cluster = await new Cluster().with(ingress("i", ["www.a.test"], { addresses: both }));
    expect(await cluster.say("www.a.test.")).toBe("NOERROR | A 192.0.2.1");
    expect(await cluster.say("www.a.test.", "AAAA")).toBe("NOERROR | AAAA 2001:db8::1");
    expect(await cluster.say("www.a.test.", "TXT")).toBe("NOERROR");
    expect(await cluster.say("WWW.A.test.")).toBe("NOERROR | A 192.0.2.1");
    cluster.sink.remove("Ingress", { ...shop, name: "i" });
    expect(await cluster.say("www.a.test.")).toBe("NXDOMAIN");
  });

  it("of several objects has the addresses of all of them", async () => {
    const other = ingress("j", ["www.a.test", "b.test"], { addresses: ["192.0.2.2"] });
    const cluster = await new Cluster().with(ingress("i", ["www.a.test"]), other);
    expect(await cluster.say("www.a.test.")).toBe("NOERROR | A 192.0.2.1 | A 192.0.2.2");
    expect(await cluster.say("b.test.")).toBe("NOERROR | A 192.0.2.2");
  });

  it("exists with all names above it (RFC 8020)", async () => {
    const cluster = await new Cluster().with(ingress("i", ["x.y.a.test"]));
    const names = ["a.test.", "y.a.test.", "z.a.test.", "w.x.y.a.test."];
    const said = await Promise.all(names.map((name) => cluster.say(name)));
    expect(said).toEqual(["NOERROR", "NOERROR", "NXDOMAIN", "NXDOMAIN"]);
  });

  it("of a route leads to the Gateways that have accepted it, wherever they go", async () => {
    const cluster = await new Cluster().with(route("r", ["www.a.test"], ["g", "h"]));
    expect(await cluster.say("www.a.test.")).toBe("NXDOMAIN");
    cluster.sink.upsert(gatewayOf("g", { hostnames: ["g.a.test"] }));
    expect(await cluster.say("www.a.test.")).toBe("NOERROR | A 192.0.2.9");
    expect(await cluster.say("g.a.test.")).toBe("NOERROR | A 192.0.2.9");
    cluster.sink.upsert(gatewayOf("g", { addresses: ["192.0.2.10"] }));
    expect(await cluster.say("www.a.test.")).toBe("NOERROR | A 192.0.2.10");
    cluster.sink.upsert(gatewayOf("h"));
    expect(await cluster.say("www.a.test.")).toBe("NOERROR | A 192.0.2.10 | A 192.0.2.9");
    cluster.sink.remove("Gateway", { ...shop, name: "g" });
    expect(await cluster.say("www.a.test.")).toBe("NOERROR | A 192.0.2.9");
  });

  it("of a Service's annotations leads outside or inside", async () => {
    const cluster = await new Cluster().with({
      kind: "Service",
      ...shop,
      name: "web",
      type: "LoadBalancer",
      clusterIPs: ["10.96.0.1"],
      headless: false,
      externalName: "",
      ports: [],
      externalIPs: ["192.0.2.1"],
      externalHostnames: [],
      publishNotReadyAddresses: false,
      hostnames: ["www.a.test"],
      internalHostnames: ["internal.a.test"],
    });
    expect(await cluster.say("www.a.test.")).toBe("NOERROR | A 192.0.2.1");
    expect(await cluster.say("internal.a.test.")).toBe("NOERROR | A 10.96.0.1");
  });

  it("whose load balancer has only a name is an alias of that, which is followed", async () => {
    const named = { addresses: [], targets: ["z.test", "lb.test"] };
    const cluster = await new Cluster().with(ingress("i", ["www.a.test", "a.test"], named));
    expect(await cluster.say("www.a.test.")).toBe("NOERROR | CNAME lb.test. | A 203.0.113.1");
    expect(await cluster.say("www.a.test.", "CNAME")).toBe("NOERROR | CNAME lb.test.");
    // No CNAME can stand beside the zone's SOA.
    expect(await cluster.say("a.test.")).toBe("NOERROR");
  });

  it("whose load balancer is to come is there, without records", async () => {
    const cluster = await new Cluster().with(ingress("i", ["www.a.test"], { addresses: [] }));
    expect(await cluster.say("www.a.test.")).toBe("NOERROR");
  });
});

describe("host names that are not served", () => {
  it("are ignored, counted and told once", async () => {
    const odd = ingress("i", ["*.a.test", "evil.example.org", "a..test", "good.b.test"]);
    const cluster = await new Cluster().with(odd, odd);
    cluster.sink.upsert({ ...odd, addresses: ["192.0.2.2"] });
    expect(await cluster.say("x.a.test.")).toBe("NXDOMAIN");
    expect(await cluster.say("good.b.test.")).toBe("NOERROR | A 192.0.2.2");
    expect(cluster.lines).toEqual([
      'warn: Ignoring host name "*.a.test" of Ingress shop/i: wildcards are not served',
      'warn: Ignoring host name "evil.example.org" of Ingress shop/i: it is in none of the zones',
      'warn: Ignoring host name "a..test" of Ingress shop/i: it is no name',
    ]);
    const text = await cluster.metrics.text();
    for (const reason of ["wildcard", "outside", "invalid"]) {
      expect(text).toContain(`portolan_gateway_ignored_names_total{reason="${reason}"} 1`);
    }
  });
});

describe("other names", () => {
  it("go to the next plugin, those of nobody where that is wanted", async () => {
    const cluster = await new Cluster("fallthrough b.test").with();
    expect(await cluster.say("c.test.")).toBe("BADTRUNC");
    expect(await cluster.say("x.b.test.")).toBe("BADTRUNC");
    expect(await cluster.say("x.a.test.")).toBe("NXDOMAIN");
  });
});

it("never answers for the root", () => {
  const { directive } = testContext({ directive: "gateway" });
  expect(() => parseGateway(testContext({ directive: "gateway a.test ." }).directive)).toThrow(
    'Corefile:2: plugin/gateway: cannot use "." as a zone',
  );
  expect(() => requireZones([Name.root], directive)).toThrow("cannot use");
});
