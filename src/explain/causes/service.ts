import type { ServiceFacts } from "../../server/contract/cluster-view.ts";
import type { Cause } from "../finding.ts";
import { hasReason, isAnswered, isByChance, isDeniedByOthers } from "../finding.ts";
import type { Command } from "../explanation.ts";
import { count, listOf } from "../words.ts";
import { commands } from "./commands.ts";

export const noService: Cause = (seen) => {
  const { facts } = seen;
  if (!facts) return undefined;
  const isMissing = facts.serviceName !== "" && !facts.service && facts.namespaceExists;
  if (!(isMissing && isDeniedByOthers(seen)) && !hasReason(seen, "no-service")) return undefined;
  const { namespace, serviceName: name, nearestService: near, elsewhere } = facts;
  const hint =
    near !== undefined
      ? `: did you mean "${near}"?`
      : elsewhere.length > 0
        ? `, but namespace ${listOf(elsewhere)} has one`
        : "";
  return {
    code: "no-service",
    level: "failing",
    weight: isByChance(seen) ? 20 : 80,
    sentence: `Namespace "${namespace}" has no Service "${name}"${hint}`,
    evidence: [
      ...(near === undefined ? [] : [`Service "${near}" of the namespace is spelt nearly so`]),
      ...elsewhere.map((space) => `namespace "${space}" has a Service "${name}"`),
    ],
    next: [
      ...(near === undefined
        ? elsewhere
            .slice(0, 1)
            .map((space) => commands.explain(`${name}.${space}`, "the Service of that name"))
        : [commands.explain(`${near}.${namespace}`, "the Service that is near")]),
      commands.services(namespace),
    ],
  };
};

export const headlessWithoutEndpoint: Cause = (seen) => {
  const service = seen.facts?.service;
  if (!service?.headless || service.ready !== 0) return undefined;
  if (!hasReason(seen, "no-endpoint")) return undefined;
  return {
    code: "headless-without-endpoint",
    level: "failing",
    weight: 100,
    sentence: `Headless Service ${pathOf(service)} has no ready endpoint, so its name has no address`,
    evidence: [endpointsOf(service)],
    next: endpointCommands(service),
  };
};

export const clusterIpWithoutEndpoint: Cause = (seen) => {
  const service = seen.facts?.service;
  if (!service || service.headless || service.type === "ExternalName") return undefined;
  if (service.ready !== 0 || !isAnswered(seen)) return undefined;
  return {
    code: "cluster-ip-without-endpoint",
    level: "failing",
    weight: 100,
    sentence: `The name resolves, but connections are refused: Service ${pathOf(service)} has no ready endpoint`,
    evidence: [`it has ClusterIP ${service.clusterIPs.join(", ")}`, endpointsOf(service)],
    next: endpointCommands(service),
  };
};

export const emptyServiceIgnored: Cause = (seen) => {
  const service = seen.facts?.service;
  if (!service || !hasReason(seen, "empty-service")) return undefined;
  if (service.headless || seen.state?.ignoresEmptyServices !== true) return undefined;
  return {
    code: "empty-service-ignored",
    level: "failing",
    weight: 100,
    sentence: `Service ${pathOf(service)} has no ready endpoint, and the Corefile hides such ones`,
    evidence: [
      endpointsOf(service),
      '"ignore empty_service" of plugin/kubernetes makes its name one that does not exist',
    ],
    next: endpointCommands(service),
  };
};

export const noPort: Cause = (seen) => {
  const { facts } = seen;
  const service = facts?.service;
  if (!facts || !service || !hasReason(seen, "no-port")) return undefined;
  const ports = portsOf(service);
  const sameName = ports.find(({ name }) => name === facts.portName);
  const asked = `"_${facts.portName}._${facts.protocol}"`;
  const known = ports.map(({ name, protocol }) => `_${name || "?"}._${protocol}`);
  return {
    code: sameName ? "wrong-protocol" : "no-port",
    level: "failing",
    weight: 100,
    sentence: sameName
      ? `Port "${facts.portName}" of Service ${pathOf(service)} is ${sameName.protocol}, not ${facts.protocol}`
      : `Service ${pathOf(service)} has no port ${asked}`,
    evidence: [
      known.length === 0 ? "it has no port with a name" : `its ports are ${known.join(", ")}`,
    ],
    next: [commands.service(service.namespace, service.name)],
  };
};

export const noEndpointName: Cause = (seen) => {
  const { facts } = seen;
  const service = facts?.service;
  if (!facts || !service || !hasReason(seen, "no-endpoint-name")) return undefined;
  const names = service.endpointNames.slice(0, 5);
  return {
    code: "no-endpoint-name",
    level: "failing",
    weight: isByChance(seen) ? 70 : 100,
    sentence: `Service ${pathOf(service)} has no ready endpoint "${facts.endpoint}"`,
    evidence: [
      names.length === 0 ? endpointsOf(service) : `its ready endpoints are ${listOf(names)}`,
      'a pod has such a name by "hostname" and "subdomain", which is the headless Service\'s name',
    ],
    next: endpointCommands(service),
  };
};

/** Kubernetes' words for it: `shop/web`. */
export function pathOf({ namespace, name }: Pick<ServiceFacts, "namespace" | "name">): string {
  return `"${name}" of namespace "${namespace}"`;
}

function portsOf({ headless, ports, endpointPorts }: ServiceFacts): ServiceFacts["endpointPorts"] {
  return headless ? endpointPorts : ports;
}

function endpointsOf({ ready = 0, notReady }: ServiceFacts): string {
  const others =
    notReady === 0 ? "no pod that is not ready" : `${count(notReady, "pod")} that are not ready`;
  return `it has ${count(ready, "ready endpoint")} and ${others}`;
}

function endpointCommands({ namespace, name }: ServiceFacts): Command[] {
  return [
    commands.pods(namespace),
    commands.slices(namespace, name),
    commands.service(namespace, name),
  ];
}
