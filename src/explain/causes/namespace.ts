import type { Cause, Seen } from "../finding.ts";
import { hasReason, isByChance, isDeniedByOthers, isMeant } from "../finding.ts";
import { listOf } from "../words.ts";
import { commands } from "./commands.ts";

export const noNamespace: Cause = (seen) => {
  const { facts } = seen;
  if (!facts) return undefined;
  const isMissing = isDeniedByOthers(seen) && facts.namespace !== "" && !facts.namespaceExists;
  if (!isMissing && !hasReason(seen, "no-namespace") && !isSlipOfShown(seen)) return undefined;
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

/** Only namespaces that are shown are near to anything: whoever is so near to one has meant that. */
function isSlipOfShown(seen: Seen): boolean {
  const { facts } = seen;
  const isKnown = facts?.namespaceExists === true;
  return hasReason(seen, "namespace-hidden") && !isKnown && facts?.nearestNamespace !== undefined;
}

export const hiddenNamespace: Cause = (seen) => {
  const { facts, state } = seen;
  if (!facts || !hasReason(seen, "namespace-hidden") || isSlipOfShown(seen)) return undefined;
  const { namespace, namespaceExists } = facts;
  const shown = `the Corefile shows only ${listOf(state?.namespaces ?? [])}`;
  return {
    code: "namespace-hidden",
    level: "failing",
    weight: hiddenWeight(seen),
    // An API server is asked for those alone that are shown.
    sentence: namespaceExists
      ? `Namespace "${namespace}" is there, but ${shown}`
      : `Whether there is a namespace "${namespace}" does not count: ${shown}`,
    evidence: [`"namespaces" of plugin/kubernetes leaves "${namespace}" out`],
    next: [
      {
        why: `if it is to be shown: add "${namespace}" to "namespaces", then look at the file`,
        command: "portolan check",
      },
    ],
  };
};

function hiddenWeight(seen: Seen): number {
  if (isByChance(seen)) return 10;
  if (seen.facts?.namespaceExists === true) return 90;
  if (isMeant(seen)) return 80;
  // "pg.data" is more likely to be of the cluster than "www.example.com".
  return seen.typedLabels === 2 ? 54 : 45;
}
