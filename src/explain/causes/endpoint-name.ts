import type { ServiceFacts } from "../../server/contract/cluster-view.ts";
import type { Command } from "../explanation.ts";
import type { Cause, Finding, Seen } from "../finding.ts";
import { hasReason, isByChance } from "../finding.ts";
import type { PodSeen } from "../pod-seen.ts";
import { podsIn, stateOf } from "../pod-seen.ts";
import { listOf } from "../words.ts";
import { commands } from "./commands.ts";
import { labelsText } from "./nearest-labels.ts";
import { endpointCommands, endpointsOf, pathOf } from "./service.ts";
import { blindness, unseenOf } from "./unseen.ts";
import { podCommands } from "./why-empty.ts";

/** A name below a Service, as `postgres-0.postgres`, that no ready endpoint has. */
export const noEndpointName: Cause = (seen) => {
  const { facts, closer } = seen;
  const service = facts?.service;
  if (!facts || !service || !hasReason(seen, "no-endpoint-name")) return undefined;
  const weight = isByChance(seen) ? 70 : 100;
  const own = podsIn(closer?.pods);
  const pod = own.find((one) => isNamed(one, facts.endpoint));
  const found = pod && (misnamed(pod, service) ?? notReady(pod, service));
  if (found) return { level: "failing", weight, ...found };
  const names = service.endpointNames.slice(0, 5);
  return {
    code: "no-endpoint-name",
    level: "failing",
    weight,
    sentence: `Service ${pathOf(service)} has no ready endpoint "${facts.endpoint}"`,
    evidence: [
      names.length === 0 ? endpointsOf(service) : `its ready endpoints are ${listOf(names)}`,
      'a pod has such a name by "hostname" and "subdomain", which is the headless Service\'s name',
      ...podEvidence(seen, own),
    ],
    next: endpointCommands(service),
    unseen: unseenOf(closer?.pods, commands.pods(service.namespace)),
  };
};

type Found = Omit<Finding, "level" | "weight">;

function isNamed({ name, hostname }: PodSeen, endpoint: string): boolean {
  return [name, hostname].some((own) => own.toLowerCase() === endpoint);
}

/** What its spec says is not what the Service wants. */
function misnamed(pod: PodSeen, service: ServiceFacts): Found | undefined {
  const { name, hostname, subdomain, owner } = pod;
  const wanted = `"subdomain" has to be the name of the headless Service, and "hostname" what is in front of it`;
  const found = (sentence: string): Found => ({
    code: "hostname-mismatch",
    sentence,
    evidence: [wanted, ...(owner === undefined ? [] : [ownerText(owner)]), stateOf(pod)],
    next: [...ownerCommands(service.namespace, owner), ...endpointCommands(service)],
  });
  const title = `Pod "${name}"`;
  const path = `Service ${pathOf(service)}`;
  if (subdomain !== service.name) {
    const has = subdomain === "" ? "has no subdomain" : `has subdomain "${subdomain}"`;
    return found(`${title} ${has}, so it has no name below ${path}`);
  }
  if (hostname === "") return found(`${title} has no hostname, so it has no name below ${path}`);
  if (hostname === name) return undefined;
  return found(`${title} has hostname "${hostname}", and that is its name below ${path}`);
}

function notReady(pod: PodSeen, service: ServiceFacts): Found | undefined {
  const isEnding = pod.terminatingSinceMs !== undefined;
  if (pod.isReady) return undefined;
  return {
    code: isEnding ? "pods-terminating" : "pods-not-ready",
    sentence: `Pod "${pod.name}" of Service ${pathOf(service)} is ${isEnding ? "terminating" : "not ready"}, so it has no name`,
    evidence: [
      stateOf(pod),
      "publishNotReadyAddresses of the Service would name it all the same, as members of a StatefulSet may need",
    ],
    next: [...podCommands(service.namespace, pod), ...endpointCommands(service)],
  };
}

function podEvidence({ closer, facts }: Seen, own: readonly PodSeen[]): string[] {
  const blind = blindness(closer?.pods);
  if (blind !== undefined) return [`its pods are not seen: ${blind}`];
  const other = podsIn(closer?.named).find(({ name }) => name === facts?.endpoint);
  if (other && !own.some(({ name }) => name === other.name)) {
    return [
      `pod "${other.name}" has labels ${labelsText(other.labels)}: the Service does not select it`,
    ];
  }
  const ready = own.filter(({ isReady }) => isReady).map(({ name }) => name);
  if (own.length === 0) return [];
  return [
    `it selects pods ${listOf(own.slice(0, 5).map(({ name }) => name))}${own.length > 5 ? ", ..." : ""}, of which ${ready.length} ${ready.length === 1 ? "is" : "are"} ready`,
  ];
}

function ownerText(owner: string): string {
  const source = owner.startsWith("StatefulSet")
    ? ': its "serviceName" is the subdomain of its pods'
    : "";
  return `it belongs to ${owner}${source}`;
}

function ownerCommands(namespace: string, owner: string | undefined): Command[] {
  const [, kind, name] = /^(\w+) "(.+)"$/.exec(owner ?? "") ?? [];
  return kind === undefined || name === undefined ? [] : [commands.owner(namespace, kind, name)];
}
