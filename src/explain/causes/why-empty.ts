import { objectsIn } from "../../server/contract/cluster-objects.ts";
import { RawField } from "../../server/contract/raw-field.ts";
import type { ServiceFacts } from "../../server/contract/cluster-view.ts";
import type { Command } from "../explanation.ts";
import type { Closer, Seen } from "../finding.ts";
import type { PodSeen } from "../pod-seen.ts";
import { podsIn, stateOf } from "../pod-seen.ts";
import type { EndpointSeen } from "../slices-seen.ts";
import { endpointsIn } from "../slices-seen.ts";
import { count, shortened } from "../words.ts";
import { commands } from "./commands.ts";
import { labelsText, nearLabels } from "./nearest-labels.ts";
import { pathOf } from "./service.ts";
import { blindness, unseenOf } from "./unseen.ts";

/** Why a Service has no ready endpoint, as far as that is to be seen. */
export interface WhyEmpty {
  /** Undefined if it is not. */
  readonly code?: string;
  /** What may stand for a reason: `no pod of Service "web" ... is ready`. */
  readonly clause?: string;
  readonly evidence: readonly string[];
  /** What to look at first. */
  readonly next: readonly Command[];
  readonly unseen?: readonly Command[];
}

const MAX_TOLD = 3;
const NOTHING: WhyEmpty = { evidence: [], next: [] };

export function whyEmpty({ closer, state }: Seen, service: ServiceFacts): WhyEmpty {
  if (!closer) return NOTHING;
  const endpoints = endpointsIn(closer.slices);
  const hidden = endpoints?.filter(({ isReady }) => isReady) ?? [];
  if (hidden.length > 0 && state && state.labels !== "") {
    return hiddenSlices(service, hidden, state.labels);
  }
  if (hidden.length > 0) {
    const by = count(hidden.length, "ready endpoint");
    const evidence = `the API server has ${by} of it by now, which this server has not been told of yet`;
    return { ...NOTHING, evidence: [evidence] };
  }
  const read = closer.service;
  const [raw] = objectsIn(read);
  if (raw === undefined) {
    const why = blindness(read) ?? "the API server has no such Service any more";
    const unseen = unseenOf(read, commands.service(service.namespace, service.name));
    return { ...NOTHING, evidence: [`its selector is not seen: ${why}`], unseen };
  }
  const selector = new RawField(raw).get("spec", "selector").texts();
  if (Object.keys(selector).length === 0) return withoutSelector(service, endpoints);
  const isPublished = new RawField(raw).get("spec", "publishNotReadyAddresses").boolean() === true;
  const why = { service, selector, endpoints, isPublished };
  if (closer.pods?.failure) return withoutSight(why, closer);
  const pods = podsIn(closer.pods);
  return pods.length === 0 ? unselected(why, closer) : unready(why, pods);
}

interface Selecting {
  readonly service: ServiceFacts;
  readonly selector: Readonly<Record<string, string>>;
  readonly endpoints: readonly EndpointSeen[] | undefined;
  readonly isPublished: boolean;
}

function hiddenSlices(
  service: ServiceFacts,
  ready: readonly EndpointSeen[],
  labels: string,
): WhyEmpty {
  return {
    code: "slices-hidden-by-labels",
    clause: `the ready endpoints of ${titleOf(service)} are in EndpointSlices that "labels" of the Corefile leaves out`,
    evidence: [
      `"labels" of plugin/kubernetes takes only what matches "${labels}"`,
      `${count(ready.length, "ready endpoint")} of it ${ready.length === 1 ? "is" : "are"} there all the same`,
    ],
    next: [commands.slices(service.namespace, service.name)],
  };
}

/** Without a selector nobody writes endpoints but the user. */
function withoutSelector(
  service: ServiceFacts,
  endpoints: readonly EndpointSeen[] | undefined,
): WhyEmpty {
  const evidence = [
    "without a selector no controller writes its endpoints: an EndpointSlice of its own has to",
  ];
  if (endpoints === undefined) return { ...NOTHING, evidence };
  if (endpoints.length > 0) return { ...NOTHING, evidence: endpoints.slice(0, MAX_TOLD).map(told) };
  return {
    code: "service-without-selector",
    clause: `${titleOf(service)} has no selector, and no EndpointSlice has an endpoint of it`,
    evidence,
    next: [],
  };
}

/** The Pods cannot be seen: what is known of them is in the slices. */
function withoutSight({ service, selector, endpoints }: Selecting, { pods }: Closer): WhyEmpty {
  const unseen = unseenOf(pods, commands.pods(service.namespace));
  const selects = `it selects pods by ${labelsText(selector)}`;
  const blind = `why they are not ready is not seen: ${blindness(pods)}`;
  if (endpoints === undefined || endpoints.length === 0) {
    const evidence = [
      selects,
      `whether there is such a pod is not seen: ${blindness(pods)}`,
      ...(endpoints ? ["no EndpointSlice has one, so none is there, or none has an address"] : []),
    ];
    return { ...NOTHING, evidence, unseen };
  }
  const areEnding = endpoints.every(({ isTerminating }) => isTerminating);
  return {
    code: areEnding ? "pods-terminating" : "pods-not-ready",
    clause: areEnding ? ending(service, endpoints.length) : notReady(service, endpoints.length),
    evidence: [selects, ...endpoints.slice(0, MAX_TOLD).map(told), blind],
    next: [],
    unseen,
  };
}

function unselected({ service, selector }: Selecting, { neighbours }: Closer): WhyEmpty {
  const others = podsIn(neighbours);
  const near = nearLabels(selector, others);
  const hint = near.meant === undefined ? "" : `: did you mean "${near.meant}"?`;
  const blind = blindness(neighbours);
  return {
    code: "selector-matches-no-pod",
    clause: `the selector ${quoted(selector)} of ${titleOf(service)} matches no pod${hint}`,
    evidence:
      blind !== undefined
        ? [`the labels of the other pods are not seen: ${blind}`]
        : others.length === 0
          ? [`namespace "${service.namespace}" has no pod at all`]
          : near.evidence,
    next: [],
    unseen: unseenOf(neighbours, commands.pods(service.namespace)),
  };
}

function unready(
  { service, endpoints, isPublished }: Selecting,
  pods: readonly PodSeen[],
): WhyEmpty {
  const ready = pods.filter(({ isReady }) => isReady);
  if (ready.length > 0) return unwritten(service, ready, endpoints);
  const areEnding = pods.every(({ terminatingSinceMs }) => terminatingSinceMs !== undefined);
  const worst = pods.find(({ terminatingSinceMs }) => terminatingSinceMs === undefined) ?? pods[0];
  const more = pods.length > MAX_TOLD ? [`and ${count(pods.length - MAX_TOLD, "other pod")}`] : [];
  const published = isPublished
    ? "publishNotReadyAddresses is set, so it is for want of an address that a pod is missing"
    : "publishNotReadyAddresses would name pods before they are ready, as members of a StatefulSet may need";
  return {
    code: areEnding ? "pods-terminating" : "pods-not-ready",
    clause: areEnding ? ending(service, pods.length) : notReady(service, pods.length),
    evidence: [
      ...pods.slice(0, MAX_TOLD).map(stateOf),
      ...more,
      ...(service.headless && !areEnding ? [published] : []),
    ],
    next: worst ? podCommands(service.namespace, worst) : [],
  };
}

/** Pods are ready, and yet no slice says so. */
function unwritten(
  service: ServiceFacts,
  ready: readonly PodSeen[],
  endpoints: readonly EndpointSeen[] | undefined,
): WhyEmpty {
  const names = ready.slice(0, MAX_TOLD).map(stateOf);
  if (endpoints === undefined) return { ...NOTHING, evidence: names };
  return {
    code: "endpoints-not-written",
    clause: `${titleOf(service)} has ready pods, but no EndpointSlice says so`,
    evidence: [
      ...names,
      endpoints.length === 0
        ? "its EndpointSlices have no endpoint"
        : `its EndpointSlices have ${count(endpoints.length, "endpoint")}, of which none is ready`,
      "the EndpointSlice controller writes them: it may be behind, or not be running",
    ],
    next: [],
  };
}

export function podCommands(namespace: string, { name, troubles }: PodSeen): Command[] {
  const isCrashing = troubles.some((text) => text.includes("CrashLoopBackOff"));
  return [
    commands.pod(namespace, name),
    ...(isCrashing ? [commands.lastLogs(namespace, name)] : []),
  ];
}

function told({ addresses, podName, isReady, isTerminating }: EndpointSeen): string {
  const whose = podName === "" ? "" : `, pod "${podName}",`;
  const how = isTerminating ? "terminating" : isReady ? "ready" : "not ready";
  return `endpoint ${shortened(addresses.join(", "))}${whose} is ${how}`;
}

function ending(service: ServiceFacts, number: number): string {
  return number === 1
    ? `the only pod of ${titleOf(service)} is terminating`
    : `all ${number} pods of ${titleOf(service)} are terminating`;
}

function notReady(service: ServiceFacts, number: number): string {
  return number === 1
    ? `the only pod of ${titleOf(service)} is not ready`
    : `none of the ${number} pods of ${titleOf(service)} is ready`;
}

function titleOf(service: ServiceFacts): string {
  return `Service ${pathOf(service)}`;
}

function quoted(selector: Readonly<Record<string, string>>): string {
  return `"${labelsText(selector)}"`;
}
