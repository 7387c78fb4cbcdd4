import type { Cause, Finding, Seen } from "../finding.ts";
import { brokenExternalName } from "./alias.ts";
import {
  answeredInFront,
  missingFamily,
  noBlock,
  notOutside,
  notSynced,
  upstreamFailed,
} from "./answers.ts";
import { hiddenNamespace, noNamespace } from "./namespace.ts";
import { addressOfNobody, noSuchForm, podNames } from "./other-names.ts";
import {
  clusterIpWithoutEndpoint,
  emptyServiceIgnored,
  headlessWithoutEndpoint,
  noEndpointName,
  noPort,
  noService,
} from "./service.ts";

/** All causes. Each looks for itself; none depends on another. */
export const CAUSES: readonly Cause[] = [
  notSynced,
  brokenExternalName,
  headlessWithoutEndpoint,
  clusterIpWithoutEndpoint,
  emptyServiceIgnored,
  noPort,
  noEndpointName,
  podNames,
  addressOfNobody,
  missingFamily,
  answeredInFront,
  hiddenNamespace,
  noService,
  noNamespace,
  noSuchForm,
  noBlock,
  upstreamFailed,
  notOutside,
];

/** Of all causes of all names, the one that came nearest to an answer; of equals the first. */
export function nearestCause(names: readonly Seen[]): Finding | undefined {
  let nearest: Finding | undefined;
  for (const seen of names) {
    for (const cause of CAUSES) {
      const found = cause(seen);
      if (found && found.weight > (nearest?.weight ?? 0)) nearest = found;
    }
  }
  return nearest;
}
