import type { Cause } from "../finding.ts";
import { hasReason, isByChance, isDeniedByOthers, isMeant } from "../finding.ts";
import { listOf } from "../words.ts";
import { commands } from "./commands.ts";

export const noNamespace: Cause = (seen) => {
  const { facts } = seen;
  if (!facts) return undefined;
  const isMissing = isDeniedByOthers(seen) && facts.namespace !== "" && !facts.namespaceExists;
  if (!isMissing && !hasReason(seen, "no-namespace")) return undefined;
  const { namespace, serviceName, nearestNamespace: near, elsewhere } = facts;
  const nearest = near !== undefined && !elsewhere.includes(near) ? [near] : [];
  return {
    code: "no-namespace",
    level: "failing",
    weight: isByChance(seen)
      ? 10
      : isMeant(seen)
        ? 80
        : near !== undefined
          ? 60
          : elsewhere.length > 0
            ? 52
            : 40,
    sentence: `There is no namespace "${namespace}"${near === undefined ? "" : `: did you mean "${near}"?`}`,
    evidence: [
      `"${seen.name}" would be in namespace "${namespace}"`,
      ...nearest.map((name) => `namespace "${name}" is spelt nearly so`),
      ...(elsewhere.length > 0
        ? [`a Service "${serviceName}" is in namespace ${listOf(elsewhere)}`]
        : []),
    ],
    next: [
      ...elsewhere
        .slice(0, 1)
        .map((space) => commands.explain(`${serviceName}.${space}`, "the Service of that name")),
      commands.namespaces(),
    ],
  };
};

export const hiddenNamespace: Cause = (seen) => {
  const { facts, state } = seen;
  if (!facts || !hasReason(seen, "namespace-hidden")) return undefined;
  const { namespace } = facts;
  return {
    code: "namespace-hidden",
    level: "failing",
    weight: isByChance(seen) ? 10 : 90,
    sentence: `Namespace "${namespace}" is there, but the Corefile shows only ${listOf(state?.namespaces ?? [])}`,
    evidence: [`"namespaces" of plugin/kubernetes leaves "${namespace}" out`],
    next: [
      {
        why: `if it is to be shown: add "${namespace}" to "namespaces", then look at the file`,
        command: "portolan check",
      },
    ],
  };
};
