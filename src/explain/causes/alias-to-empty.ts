import type { Cause } from "../finding.ts";
import { isAnswered } from "../finding.ts";
import { commands } from "./commands.ts";
import { pathOf } from "./service.ts";

/** An ExternalName leads to a ClusterIP behind which nobody is ready: the name resolves all the same. */
export const aliasWithoutEndpoint: Cause = (seen) => {
  const { behindAlias: service, facts } = seen;
  const alias = facts?.service;
  if (!alias || !service || service.headless || service.ready !== 0 || !isAnswered(seen)) {
    return undefined;
  }
  return {
    code: "cluster-ip-without-endpoint",
    level: "failing",
    weight: 100,
    sentence: `The name resolves, but connections are refused: Service ${pathOf(service)} has no ready endpoint`,
    evidence: [
      `Service ${pathOf(alias)} is another name for it`,
      `it has ClusterIP ${service.clusterIPs.join(", ")}`,
    ],
    next: [
      commands.explain(`${service.name}.${service.namespace}`, "the Service that it leads to"),
    ],
  };
};
