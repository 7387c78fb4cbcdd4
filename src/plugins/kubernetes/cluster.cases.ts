import type {
  ClusterObject,
  Endpoint,
  EndpointPort,
  EndpointSlice,
  Kind,
  Namespace,
  Pod,
  Service,
  ServiceImport,
} from "../../kube/cluster-source.ts";
import type { Logger } from "../../observe/log.ts";
import type { Result } from "../../server/contract/reply.ts";
import type { Query } from "../../server/contract/query.ts";
import { testContext } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, passedOn, testQuery } from "../../testing/query.ts";
import { Kubernetes } from "./kubernetes.ts";
import { parseKubernetes } from "./parse.ts";

export const KINDS: readonly Kind[] = [
  "Namespace",
  "Service",
  "EndpointSlice",
  "Pod",
  "ServiceImport",
];

export function namespace(name: string): Namespace {
  return { kind: "Namespace", namespace: "", name };
}

/** A Service of one port, `http` 80/tcp, given as `namespace/name`. */
export function service(path: string, parts: Partial<Service> = {}): Service {
  return {
    kind: "Service",
    ...split(path),
    type: "ClusterIP",
    clusterIPs: [],
    headless: false,
    externalName: "",
    ports: [port("http", 80)],
    externalIPs: [],
    externalHostnames: [],
    publishNotReadyAddresses: false,
    ...parts,
  };
}

export function headless(path: string, parts: Partial<Service> = {}): Service {
  return service(path, { headless: true, ...parts });
}

export function externalName(path: string, target: string): Service {
  return service(path, { type: "ExternalName", externalName: target, ports: [] });
}

export function port(name: string, number: number, protocol = "tcp"): EndpointPort {
  return { name, port: number, protocol };
}

/** A slice of the Service of that name, and with its name unless `parts` say otherwise. */
export function slice(
  path: string,
  endpoints: readonly (string | Partial<Endpoint>)[],
  parts: Partial<EndpointSlice> = {},
): EndpointSlice {
  const key = split(path);
  return {
    kind: "EndpointSlice",
    ...key,
    serviceName: key.name,
    addressType: "IPv4",
    ports: [port("http", 8080)],
    endpoints: endpoints.map((one) =>
      endpoint(typeof one === "string" ? { addresses: [one] } : one),
    ),
    ...parts,
  };
}

/** A Service of the cluster set with one port, `http` 80/tcp. */
export function serviceImport(path: string, parts: Partial<ServiceImport> = {}): ServiceImport {
  return {
    kind: "ServiceImport",
    ...split(path),
    type: "ClusterSetIP",
    clusterIPs: [],
    ports: [port("http", 80)],
    ...parts,
  };
}

export function headlessImport(path: string): ServiceImport {
  return serviceImport(path, { type: "Headless" });
}

/** A slice of a ServiceImport, given as `namespace/name`, with endpoints of another cluster. */
export function importedSlice(
  path: string,
  cluster: string,
  endpoints: Parameters<typeof slice>[1],
  parts: Partial<EndpointSlice> = {},
): EndpointSlice {
  const imported = { serviceName: split(path).name, cluster };
  return slice(`${path}-${cluster}`, endpoints, { serviceName: "", imported, ...parts });
}

function endpoint(parts: Partial<Endpoint>): Endpoint {
  const plain = { addresses: [], ready: true, hostname: "", nodeName: "", zone: "", podName: "" };
  return { ...plain, ...parts };
}

export function pod(path: string, ...podIPs: readonly string[]): Pod {
  return { kind: "Pod", ...split(path), podIPs, phase: "Running", labels: {} };
}

function split(path: string): { namespace: string; name: string } {
  const [namespaceName = "", name = ""] = path.split("/");
  return { namespace: namespaceName, name };
}

export interface TestClusterOptions {
  /** What stands behind `kubernetes`; the zones of `cluster.local` and all addresses if not given. */
  readonly zones?: string;
  /** Properties, one a line. */
  readonly properties?: string;
  readonly localAddresses?: readonly string[];
  readonly localPorts?: readonly number[];
  /** Answers what is asked outside of the zone. */
  readonly resolve?: (query: Query) => Result;
  readonly log?: Logger;
  readonly resolvConf?: string;
  /** Unix time in milliseconds. */
  readonly now?: () => number;
  /** Kinds that have been told of in full; all by default. */
  readonly synced?: readonly Kind[];
}

/** A plugin over a cluster that is fed by hand. */
export class TestCluster {
  readonly plugin: Kubernetes;

  constructor(objects: readonly ClusterObject[], options: TestClusterOptions = {}) {
    const { zones = "cluster.local in-addr.arpa ip6.arpa", properties = "" } = options;
    const directive = `kubernetes ${zones} {\nmanifests cluster\n${properties}\n}`;
    const host = options.resolve ? { resolve: options.resolve } : {};
    const context = testContext({ directive, host, ...(options.log ? { log: options.log } : {}) });
    this.plugin = new Kubernetes(parseKubernetes(context.directive), context, {
      source: { start: () => Promise.resolve(), stop: () => Promise.resolve() },
      localAddresses: options.localAddresses ?? [],
      localPorts: options.localPorts ?? [],
      ...(options.resolvConf === undefined ? {} : { resolvConf: options.resolvConf }),
      now: options.now ?? ((): number => 1_000_000_000),
    });
    for (const object of objects) this.plugin.index.upsert(object);
    for (const kind of options.synced ?? KINDS) this.plugin.index.synced(kind);
  }

  ask(qname: string, qtype = "A"): Promise<Sections> {
    return ask(this.plugin, testQuery(qname, qtype), passedOn);
  }

  /** The reply in short: answers without TTL and class, or else what kind of denial it is. */
  async say(question: string): Promise<string[]> {
    const [qname = "", qtype = "A"] = question.split(" ");
    const { rcode, answer } = await this.ask(qname, qtype);
    if (rcode !== "NOERROR") return [rcode];
    if (answer.length === 0) return ["NODATA"];
    return answer.map((record) => record.replace(/ \d+ IN /, " ")).toSorted();
  }
}
