import type { ServiceFacts } from "../../server/contract/cluster-view.ts";
import type { Cause } from "../finding.ts";
import { hasReason, isByChance, isDeniedByOthers } from "../finding.ts";
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

/** Kubernetes' words for it: `shop/web`. */
export function pathOf({ namespace, name }: Pick<ServiceFacts, "namespace" | "name">): string {
  return `"${name}" of namespace "${namespace}"`;
}

function portsOf({ headless, ports, endpointPorts }: ServiceFacts): ServiceFacts["endpointPorts"] {
  return headless ? endpointPorts : ports;
}

export function endpointsOf({ ready = 0, notReady }: ServiceFacts): string {
  const others =
    notReady === 0 ? "no pod that is not ready" : `${count(notReady, "pod")} that are not ready`;
  return `it has ${count(ready, "ready endpoint")} and ${others}`;
}

export function endpointCommands({ namespace, name }: ServiceFacts): Command[] {
  return [
    commands.pods(namespace),
    commands.slices(namespace, name),
    commands.service(namespace, name),
  ];
}
