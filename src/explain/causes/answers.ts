import type { Told } from "../explanation.ts";
import type { Cause } from "../finding.ts";
import { hasReason, isAnswered, isDeniedByOthers } from "../finding.ts";
import { commands } from "./commands.ts";
import { pathOf } from "./service.ts";

export const notSynced: Cause = (seen) => {
  const { state } = seen;
  if (!state || !hasReason(seen, "not-synced")) return undefined;
  const since = new Date(state.sinceMs).toISOString();
  const kinds = state.unsynced.join(", ");
  return {
    code: "not-synced",
    level: "failing",
    weight: 95,
    sentence: `The cluster is not known in full yet, since ${since}: names that are not there may not be denied`,
    evidence: [
      `waiting for the cluster's ${kinds}`,
      ...(state.trouble === undefined ? [] : [state.trouble]),
    ],
    next: [commands.apiServer()],
  };
};

export const missingFamily: Cause = (seen) => {
  const service = seen.facts?.service;
  if (!service || isAnswered(seen) || !hasReason(seen, "no-record-of-type")) return undefined;
  if (service.type === "ExternalName") return undefined;
  const types = seen.answers.map(({ type }) => type);
  const isAddress = types.every((type) => type === "A" || type === "AAAA");
  const has = service.headless ? "its endpoints" : `ClusterIP ${service.clusterIPs.join(", ")}`;
  return {
    code: isAddress ? "missing-family" : "no-record-of-type",
    level: "failing",
    weight: 100,
    sentence: isAddress
      ? `Service ${pathOf(service)} has no ${types.join(" and no ")} record: it has no address of that family`
      : `"${seen.name}" is there, but has no ${types.join(" and no ")} record`,
    evidence: [
      service.headless || service.clusterIPs.length > 0
        ? `its addresses are those of ${has}`
        : "it has no ClusterIP yet",
    ],
    next: [commands.service(service.namespace, service.name)],
  };
};

export const noBlock: Cause = (seen) => {
  const refused = seen.answers.filter(({ rcode, block }) => rcode === "REFUSED" && block === null);
  if (refused.length === 0 || seen.answers.some(({ passedOver }) => passedOver.length > 0)) {
    return undefined;
  }
  return {
    code: "no-block",
    level: "failing",
    weight: seen.typedLabels === 1 ? 8 : 53,
    sentence: `No server block of the Corefile serves "${seen.name}", so it is refused`,
    evidence: ["no zone above a server block contains the name"],
    next: [{ why: "after adding a zone: what is wrong with it", command: "portolan check" }],
  };
};

/** The Service is there, and yet somebody denies it who knows nothing of the cluster. */
export const answeredInFront: Cause = (seen) => {
  const { facts } = seen;
  if (!facts?.namespaceShown || !facts.namespaceExists) return undefined;
  const { service } = facts;
  const denied = seen.answers.find(({ rcode }) => rcode === "NXDOMAIN");
  const last = denied && lastStep(denied);
  if (!service || !last || isAnswered(seen) || !isDeniedByOthers(seen)) return undefined;
  return {
    code: "answered-in-front",
    level: "failing",
    weight: 90,
    sentence: `Service ${pathOf(service)} is there, but plugin/${last.plugin} (${last.at}) denies "${seen.name}"`,
    evidence: [
      ...last.notes,
      "plugins are asked in their fixed order, whatever that of the Corefile",
    ],
    next: [{ why: "the order of the plugins", command: "portolan -plugins" }],
  };
};

/** Nobody outside of the cluster has it either. */
export const notOutside: Cause = (seen) => {
  if (seen.facts || isAnswered(seen)) return undefined;
  const [first] = seen.answers;
  if (!first || first.block === null) return undefined;
  const isDenied = seen.answers.some(({ rcode }) => rcode === "NXDOMAIN");
  if (!isDenied && !seen.answers.every(({ rcode }) => rcode === "NOERROR")) return undefined;
  const last = lastStep(first);
  return {
    code: isDenied ? "no-such-name-outside" : "no-record-outside",
    level: "failing",
    weight: seen.suffix !== undefined ? 4 : seen.typedLabels === 1 ? 5 : 50,
    sentence: isDenied
      ? `"${seen.name}" is no name of the cluster, and outside of it there is no such name`
      : `"${seen.name}" is there outside of the cluster, but has no ${seen.answers.map(({ type }) => type).join(" and no ")} record`,
    evidence: last ? [`plugin/${last.plugin} (${last.at}) says so`, ...last.notes] : [],
    next: [commands.resolvConf()],
  };
};

/** The one that did not hand the question on. */
export function lastStep({ steps }: Told): Told["steps"][number] | undefined {
  return steps.at(-1);
}
