import type { ProxyEndpoint } from "../../kube/proxy/proxy-endpoints.ts";
import type { ProxyService } from "../../kube/proxy/proxy-objects.ts";
import { listOf } from "../words.ts";
import { placesOf } from "./node-groups.ts";
import type { RoutesWanted } from "./routes.ts";

/** Making rules for more would keep queries waiting. */
export const MAX_VIEWED_ENDPOINTS = 1_000;

interface NotedRoutes {
  readonly service: ProxyService;
  readonly wanted: RoutesWanted;
  /** Of all its ports. */
  readonly endpoints: readonly ProxyEndpoint[];
  /** Whether all slices were read. */
  readonly isWhole: boolean;
}

type Note = (of: NotedRoutes) => string | false;

const NOTES: readonly Note[] = [
  ({ isWhole }) =>
    !isWhole &&
    "Not all EndpointSlices could be read: there are more endpoints than are told here.",
  ({ service: { stickySeconds } }) =>
    stickySeconds !== undefined &&
    `A client stays with its endpoint for ${stickySeconds} seconds after its last connection (sessionAffinity ClientIP); shares hold for new clients.`,
  ({ service: { isExternalLocal }, wanted: { mode } }) =>
    isExternalLocal &&
    mode !== "ipvs" &&
    "externalTrafficPolicy Local is for clients outside the cluster: what pods and nodes send there goes to any endpoint, as by policy Cluster.",
  ({ service: { isExternalLocal }, wanted: { mode } }) =>
    isExternalLocal &&
    mode === "ipvs" &&
    "A connection from outside that mode ipvs sends to another node's endpoint gets no answer: the endpoint answers the client past this node.",
  ({ service: { healthCheckNodePort } }) =>
    healthCheckNodePort !== 0 &&
    `A load balancer finds the nodes that have an endpoint by http://NODE:${healthCheckNodePort}/healthz: 200 where there is one that is ready, else 503.`,
  ({ service: { sourceRanges } }) =>
    sourceRanges.length > 0 &&
    `Load balancer addresses are open to ${listOf(sourceRanges.map((text) => text.trim()))} only (loadBalancerSourceRanges); NodePorts and external IPs are open to all. A node whose own address is in a range has a rule more.`,
  ({ service: { ingress } }) => {
    const proxied = ingress.filter(({ isVip }) => !isVip).map(({ ip }) => ip);
    return (
      proxied.length > 0 &&
      `Load balancer address ${listOf(proxied)} has ipMode Proxy: nodes leave it to the load balancer.`
    );
  },
  ({ service: { publishesNotReady } }) =>
    publishesNotReady &&
    "Endpoints count as ready whether they are or not (publishNotReadyAddresses).",
  ({ service: { type, ports } }) =>
    type === "NodePort" &&
    ports.some(({ nodePort }) => nodePort === 0) &&
    "The API server has given no NodePort: from manifests it is not known.",
  ({ wanted: { node }, endpoints }) =>
    node !== undefined &&
    endpoints.some(({ zoneHints }) => zoneHints.length > 0) &&
    !endpoints.some(({ nodeName, zone }) => nodeName === node && zone !== "") &&
    `The zone of node "${node}" is not known, as none of these endpoints is there: hints for a zone are left out of account.`,
  ({ endpoints, wanted: { node } }) =>
    node === undefined &&
    placesOf(endpoints, undefined, true).isCut &&
    "There are more nodes than are told of by themselves; -node NAME tells of another.",
  ({ endpoints }) =>
    endpoints.length > MAX_VIEWED_ENDPOINTS &&
    `There are more than ${MAX_VIEWED_ENDPOINTS} endpoints: the rules for them are not made here.`,
  ({ service: { trafficDistribution }, endpoints }) =>
    trafficDistribution !== "" &&
    !endpoints.some(({ zoneHints, nodeHints }) => zoneHints.length + nodeHints.length > 0) &&
    `The Service asks for "${trafficDistribution}", but its EndpointSlices have no hints: all endpoints are used.`,
];

/** Whole sentences on what else decides where connections go. */
export function routeNotes(of: NotedRoutes): readonly string[] {
  return NOTES.map((note) => note(of)).filter((text) => text !== false);
}
