import { objectsIn } from "../../server/contract/cluster-objects.ts";
import { RawField } from "../../server/contract/raw-field.ts";
import type { ServiceFacts } from "../../server/contract/cluster-view.ts";
import type { Cause, Seen } from "../finding.ts";
import { hasReason, isAnswered } from "../finding.ts";
import { podsIn } from "../pod-seen.ts";
import { listOf, shortened } from "../words.ts";
import { commands } from "./commands.ts";
import { pathOf } from "./service.ts";
import { blindness, unseenOf } from "./unseen.ts";

type PortOfService = ServiceFacts["ports"][number];

/**
 * A port of a Service that none of its ready endpoints has: a controller leaves it out if `targetPort` names no port of
 * the Pods' containers.
 */
export function lacksTargetPort(seen: Seen): PortOfService | undefined {
  const { facts } = seen;
  const service = facts?.service;
  if (!service || service.type === "ExternalName" || (service.ready ?? 0) === 0) return undefined;
  const missing = service.ports.filter((port) => !isServed(port, service));
  if (hasReason(seen, "no-port")) {
    return missing.find(({ name, protocol }) => {
      return name.toLowerCase() === facts.portName && protocol === facts.protocol;
    });
  }
  // Of a headless Service the addresses do without, and one port of several may be one that nobody uses.
  const isRefused =
    isAnswered(seen) && !service.headless && missing.length === service.ports.length;
  return isRefused ? missing[0] : undefined;
}

function isServed({ name, protocol }: PortOfService, { endpointPorts }: ServiceFacts): boolean {
  return endpointPorts.some((one) => one.name === name.toLowerCase() && one.protocol === protocol);
}

export const noTargetPort: Cause = (seen) => {
  const port = lacksTargetPort(seen);
  const service = seen.facts?.service;
  if (!port || !service) return undefined;
  const { closer } = seen;
  const target = targetOf(port, objectsIn(closer?.service)[0]);
  const pods = podsIn(closer?.pods);
  const known = [...new Set(pods.flatMap(({ containerPorts }) => containerPorts))].slice(0, 10);
  const title = port.name === "" ? `Port ${port.port}` : `Port "${port.name}"`;
  const isNamed = target !== undefined && !/^\d+$/.test(target);
  const why = isNamed
    ? `no container of its pods has a port "${target}"`
    : "no EndpointSlice of it has such a port";
  const hidden = blindness(closer?.pods);
  return {
    code: "no-target-port",
    level: "failing",
    weight: 100,
    sentence: `${title} of Service ${pathOf(service)} leads nowhere, though its pods are ready: ${why}`,
    evidence: [
      ...(target === undefined ? [] : [`its targetPort is "${target}"`]),
      ...(pods.length === 0
        ? []
        : [
            known.length === 0
              ? "the containers of its pods name no ports"
              : `the containers of its pods have ${listOf(known)}`,
          ]),
      ...(hidden === undefined ? [] : [`the ports of its pods are not seen: ${hidden}`]),
    ],
    next: [
      commands.service(service.namespace, service.name),
      commands.slices(service.namespace, service.name),
    ],
    unseen: unseenOf(closer?.pods, commands.pods(service.namespace)),
  };
};

/** Name or number; undefined if it is not known. */
function targetOf(port: PortOfService, raw: unknown): string | undefined {
  const found = new RawField(raw)
    .get("spec", "ports")
    .items()
    .find((one) => one.get("name").text().toLowerCase() === port.name.toLowerCase());
  const target = found?.get("targetPort");
  const text = target?.text() || `${target?.number() ?? ""}`;
  return text === "" ? undefined : shortened(text);
}
