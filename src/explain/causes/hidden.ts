import type { RawObject } from "../../server/contract/cluster-objects.ts";
import { objectsIn } from "../../server/contract/cluster-objects.ts";
import { RawField } from "../../server/contract/raw-field.ts";
import type { Command } from "../explanation.ts";
import type { Cause } from "../finding.ts";
import { isByChance } from "../finding.ts";
import { commands } from "./commands.ts";
import { labelsText } from "./nearest-labels.ts";

/** Things that are there, and that a selector of the Corefile leaves out: nobody tells the server of them. */

export const serviceHiddenByLabels: Cause = (seen) => {
  const { facts, state, closer } = seen;
  if (!facts || !state || facts.service) return undefined;
  const object = objectsIn(closer?.service)[0];
  if (!object) return undefined;
  const { serviceName: name, namespace } = facts;
  return {
    code: "service-hidden-by-labels",
    level: "failing",
    weight: isByChance(seen) ? 21 : 90,
    sentence: `Service "${name}" of namespace "${namespace}" is there, but "labels" of the Corefile leaves it out`,
    evidence: [
      `"labels" of plugin/kubernetes takes only what matches "${state.labels}"`,
      has(object),
    ],
    next: [remedy("labels"), commands.service(namespace, name)],
  };
};

export const namespaceHiddenByLabels: Cause = (seen) => {
  const { facts, state, closer } = seen;
  if (!facts || !state || facts.namespaceExists) return undefined;
  const object = objectsIn(closer?.namespace)[0];
  if (!object) return undefined;
  const { namespace } = facts;
  const rule = `"namespace_labels" of plugin/kubernetes takes only what matches "${state.namespaceLabels}"`;
  return {
    code: "namespace-hidden-by-labels",
    level: "failing",
    weight: isByChance(seen) ? 11 : 90,
    sentence: `Namespace "${namespace}" is there, but "namespace_labels" of the Corefile leaves it out`,
    evidence: [rule, has(object)],
    next: [remedy("namespace_labels"), commands.namespaces()],
  };
};

function has(object: RawObject): string {
  const text = labelsText(new RawField(object).get("metadata", "labels").texts());
  return text === "" ? "it has no labels" : `it has labels ${text}`;
}

function remedy(option: string): Command {
  const why = `if it is to be shown: label it, or change "${option}", then look at the file`;
  return { why, command: "portolan check" };
}
