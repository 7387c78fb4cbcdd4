import { isIP } from "node:net";
import type { IpFamily } from "../../kube/ip-address.ts";
import { categorize } from "../../kube/proxy/categorize.ts";
import type { PortOnNode } from "../../kube/proxy/port-on-node.ts";
import type { ProxiedPort } from "../../kube/proxy/proxied-port.ts";
import { proxiedPorts } from "../../kube/proxy/proxied-port.ts";
import type { ProxyEndpoint } from "../../kube/proxy/proxy-endpoints.ts";
import { endpointsOf } from "../../kube/proxy/proxy-endpoints.ts";
import type { ProxyService, ProxySlice } from "../../kube/proxy/proxy-objects.ts";
import type {
  ClusterObjects,
  ObjectsWanted,
  RawObject,
} from "../../server/contract/cluster-objects.ts";
import type { ServiceKey } from "../../server/contract/cluster-view.ts";
import { placesOf } from "./node-groups.ts";
import { letOthersIn } from "./let-others-in.ts";
import type { AddressAsked } from "./port-routes.ts";
import { portRoutes } from "./port-routes.ts";
import { readProxyService } from "./read-proxy-service.ts";
import { readProxySlice } from "./read-proxy-slice.ts";
import { MAX_VIEWED_ENDPOINTS, routeNotes } from "./route-notes.ts";
import type { NodeView, PortRoutes, Routes, RoutesWanted } from "./routes.ts";
import { viewCommand, viewLines } from "./view-lines.ts";

/** Stand for what the API server does not tell. */
const POD_RANGE = "POD-CIDR";
const MAX_LINES = 1_000;

export interface RoutesQuestion {
  readonly wanted: RoutesWanted;
  /** The Service that the name stands for; undefined if it stands for none. */
  readonly service: ServiceKey | undefined;
  readonly address: AddressAsked | undefined;
  readonly objects: readonly ClusterObjects[];
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number;
}

/** Where connections to a Service go. Never rejects. */
export async function routesOf(question: RoutesQuestion): Promise<Routes> {
  const { service: key } = question;
  if (!key)
    return noRoutes("No Service stands behind this name, so kube-proxy has no route for it", null);
  const path = `${key.namespace}/${key.name}`;
  const labels = `kubernetes.io/service-name=${key.name}`;
  const services = await read(question, { ...key, kind: "Service" });
  const slices = await read(question, { kind: "EndpointSlice", namespace: key.namespace, labels });
  const failure = services.failure ?? slices.failure;
  if (failure !== undefined) {
    return noRoutes(`The routes of Service "${path}" cannot be computed: ${failure}`, path);
  }
  const service = services.objects.map(readProxyService).find((one) => one?.name === key.name);
  if (!service) return noRoutes(`Service "${path}" is not there any more`, path);
  const ports = await portsOf(service, slices.objects);
  if (ports.length === 0) return noRoutes(whyNone(service), path);
  return madeRoutes(question, service, ports, slices.isWhole);
}

interface PortWithEndpoints {
  readonly port: ProxiedPort;
  readonly endpoints: readonly ProxyEndpoint[];
}

const FAMILIES: readonly IpFamily[] = ["IPv4", "IPv6"];

async function portsOf(
  service: ProxyService,
  raw: readonly RawObject[],
): Promise<readonly PortWithEndpoints[]> {
  const slices: ProxySlice[] = [];
  for (const object of raw) {
    const slice = readProxySlice(object);
    slices.push(slice);
    if (slices.length % 10 === 0) await letOthersIn();
  }
  const ports: PortWithEndpoints[] = [];
  for (const port of FAMILIES.flatMap((family) => proxiedPorts(service, family))) {
    const endpoints = endpointsOf(slices, port);
    ports.push({ port, endpoints });
    if (endpoints.length > MAX_VIEWED_ENDPOINTS) await letOthersIn();
  }
  return ports;
}

async function madeRoutes(
  { wanted, address }: RoutesQuestion,
  service: ProxyService,
  ports: readonly PortWithEndpoints[],
  isWhole: boolean,
): Promise<Routes> {
  const path = `${service.namespace}/${service.name}`;
  const told: PortRoutes[] = [];
  for (const { port, endpoints } of ports) {
    const routes = await portRoutes(port, endpoints, wanted, address);
    if (routes.ways.length > 0) told.push(routes);
  }
  const all = ports.flatMap(({ endpoints }) => endpoints);
  return {
    sentence: `Where kube-proxy sends connections to Service "${path}" (${service.type})`,
    service: path,
    ports: told,
    notes: routeNotes({ service, wanted, endpoints: all, isWhole }),
    view: all.length > MAX_VIEWED_ENDPOINTS ? null : viewOn(ports, wanted, isSameEverywhere(told)),
  };
}

function isSameEverywhere(ports: readonly PortRoutes[]): boolean {
  return ports.every(({ ways }) => ways.every(({ outcomes }) => outcomes.length === 1));
}

/** That of the wanted node; else of any, or of the first one with an endpoint where they differ. */
function viewOn(
  ports: readonly PortWithEndpoints[],
  { mode, node: name }: RoutesWanted,
  isSame: boolean,
): NodeView {
  const all = ports.flatMap(({ endpoints }) => endpoints);
  const { list } = placesOf(all, name, true);
  const place = isSame && name === undefined ? list.at(-1) : list[0];
  const node = place?.node ?? { name: "", zone: "" };
  const made: readonly PortOnNode[] = ports.map(({ port, endpoints }) => ({
    port,
    node,
    endpoints: categorize(endpoints, port, node),
    settings: { podRange: POD_RANGE, nodeIP: undefined },
  }));
  const lines = viewLines(made, mode);
  const more = lines.length - MAX_LINES;
  return {
    mode,
    node: node.name || null,
    command: viewCommand(mode, made),
    lines: more > 0 ? [...lines.slice(0, MAX_LINES), `... ${more} more lines`] : lines,
  };
}

function noRoutes(sentence: string, service: string | null): Routes {
  return { sentence, service, ports: [], notes: [], view: null };
}

function whyNone({ namespace, name, type, isHeadless, externalName, ports }: ProxyService): string {
  const path = `Service "${namespace}/${name}"`;
  if (type === "ExternalName") {
    const kind = isIP(externalName) === 0 ? "a name" : "an address";
    return `${path} is but another name for "${externalName}", ${kind} that kube-proxy knows nothing of: there is no route`;
  }
  if (isHeadless) {
    return `${path} is headless: its names lead to the endpoints themselves, and kube-proxy has no route for it`;
  }
  if (ports.length === 0) return `${path} has no port, so kube-proxy has no route for it`;
  return `${path} has no ClusterIP yet, so kube-proxy has no route for it`;
}

interface ReadHere {
  readonly objects: readonly RawObject[];
  readonly isWhole: boolean;
  readonly failure?: string | undefined;
}

/** Of the first source that has any. */
async function read(
  { objects: sources, deadlineMs }: RoutesQuestion,
  wanted: ObjectsWanted,
): Promise<ReadHere> {
  let failure: string | undefined;
  for (const source of sources) {
    const found = await source.read(wanted, deadlineMs);
    if (found.failure) failure ??= found.failure.text;
    else if (found.objects.length > 0) return { ...found, failure: undefined };
  }
  return { objects: [], isWhole: true, failure };
}
