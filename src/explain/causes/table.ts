import type { Cause, Finding, Seen } from "../finding.ts";
import { brokenExternalName } from "./alias.ts";
import { aliasWithoutEndpoint } from "./alias-to-empty.ts";
import { answeredInFront, missingFamily, noBlock, notOutside, notSynced } from "./answers.ts";
import { denialCached, staleAnswer } from "./cached.ts";
import {
  clusterIpWithoutEndpoint,
  emptyServiceIgnored,
  headlessWithoutEndpoint,
} from "./empty-service.ts";
import { noEndpointName } from "./endpoint-name.ts";
import { brokenAlias } from "./foreign-alias.ts";
import { namespaceHiddenByLabels, serviceHiddenByLabels } from "./hidden.ts";
import { aclKeepsOut, viewKeepsOut } from "./kept-out.ts";
import { hiddenNamespace, noNamespace } from "./namespace.ts";
import { addressOfNobody, noSuchForm, podNames } from "./other-names.ts";
import { withAge } from "./out-of-date.ts";
import { rewrittenAway } from "./rewritten.ts";
import { noPort, noService } from "./service.ts";
import { noTargetPort } from "./target-port.ts";
import { otherFamilyFails, upstreamFailed, upstreamSlow } from "./upstream.ts";

/** All causes. Each looks for itself; none depends on another. */
export const CAUSES: readonly Cause[] = [
  notSynced,
  denialCached,
  aclKeepsOut,
  viewKeepsOut,
  rewrittenAway,
  brokenAlias,
  brokenExternalName,
  headlessWithoutEndpoint,
  clusterIpWithoutEndpoint,
  aliasWithoutEndpoint,
  emptyServiceIgnored,
  noTargetPort,
  noPort,
  noEndpointName,
  podNames,
  addressOfNobody,
  missingFamily,
  answeredInFront,
  hiddenNamespace,
  serviceHiddenByLabels,
  namespaceHiddenByLabels,
  noService,
  noNamespace,
  noSuchForm,
  noBlock,
  upstreamFailed,
  otherFamilyFails,
  staleAnswer,
  upstreamSlow,
  notOutside,
];

/** Of all causes of all names, the one that came nearest to an answer; of equals the first. */
export function nearestCause(names: readonly Seen[]): Finding | undefined {
  let nearest: Finding | undefined;
  for (const seen of names) {
    for (const cause of CAUSES) {
      const found = cause(seen);
      if (found && found.weight > (nearest?.weight ?? 0)) nearest = withAge(found, seen);
    }
  }
  return nearest;
}
