import type { ServiceFacts } from "../../server/contract/cluster-view.ts";
import type { Cause, Seen } from "../finding.ts";
import { hasReason, isAnswered } from "../finding.ts";
import { endpointCommands, endpointsOf, pathOf } from "./service.ts";
import type { WhyEmpty } from "./why-empty.ts";
import { whyEmpty } from "./why-empty.ts";

/** A Service without a ready endpoint: what follows from that is one thing, why it has none another. */

export const headlessWithoutEndpoint: Cause = (seen) => {
  const service = seen.facts?.service;
  if (!service?.headless || service.ready !== 0) return undefined;
  if (!hasReason(seen, "no-endpoint")) return undefined;
  const why = whyEmpty(seen, service);
  return {
    code: why.code ?? "headless-without-endpoint",
    ...failing(service, why),
    sentence:
      why.clause === undefined
        ? `Headless Service ${pathOf(service)} has no ready endpoint, so its name has no address`
        : `The name has no address: ${why.clause}`,
    evidence: [`Service ${pathOf(service)} is headless: ${endpointsOf(service)}`, ...why.evidence],
  };
};

export const clusterIpWithoutEndpoint: Cause = (seen) => {
  const service = seen.facts?.service;
  if (!service || service.headless || service.type === "ExternalName") return undefined;
  if (service.ready !== 0 || !isAnswered(seen)) return undefined;
  const why = whyEmpty(seen, service);
  return {
    code: why.code ?? "cluster-ip-without-endpoint",
    ...failing(service, why),
    sentence: `The name resolves, but connections are refused: ${
      why.clause ?? `Service ${pathOf(service)} has no ready endpoint`
    }`,
    evidence: [
      `it has ClusterIP ${service.clusterIPs.join(", ")}`,
      endpointsOf(service),
      ...why.evidence,
    ],
  };
};

export const emptyServiceIgnored: Cause = (seen: Seen) => {
  const service = seen.facts?.service;
  if (!service || !hasReason(seen, "empty-service")) return undefined;
  if (service.headless || seen.state?.ignoresEmptyServices !== true) return undefined;
  const why = whyEmpty(seen, service);
  return {
    code: "empty-service-ignored",
    ...failing(service, why),
    sentence: `Service ${pathOf(service)} has no ready endpoint, and the Corefile hides such ones`,
    evidence: [
      endpointsOf(service),
      ...(why.clause === undefined ? [] : [why.clause]),
      '"ignore empty_service" of plugin/kubernetes makes its name one that does not exist',
      ...why.evidence,
    ],
  };
};

function failing(service: ServiceFacts, { next, unseen }: WhyEmpty) {
  return {
    level: "failing" as const,
    weight: 100,
    next: [...next, ...endpointCommands(service)],
    unseen,
  };
}
