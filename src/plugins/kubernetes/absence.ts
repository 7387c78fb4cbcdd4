import { nearestName } from "../../text/nearest-name.ts";
import type { Reason, ReasonCode } from "../../server/contract/reason.ts";
import { REASONS } from "../../server/contract/reason.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import type { ServiceNode } from "./index/service-node.ts";
import { isExposed } from "./index/service-node.ts";
import type { PodMode } from "./name-finder.ts";
import { canonicalAddress } from "./records/address.ts";
import type { ClusterZone } from "./records/cluster-zone.ts";
import { LabelOffsets, POD, SVC, labelText } from "./records/labels.ts";
import { addressOfReverseName } from "../../dns/reverse-name.ts";

/** Names that are compared with one that is not there: a cluster may have 10,000 in a namespace. */
export const MAX_COMPARED = 5_000;

/** Says why there is no such name: walks the way of `NameFinder` again, for those who ask. */
export class Absence {
  readonly #index: ClusterIndex;
  readonly #pods: PodMode;
  readonly #labels = new LabelOffsets();

  constructor(index: ClusterIndex, pods: PodMode) {
    this.#index = index;
    this.#pods = pods;
  }

  /** @param key lower-case wire form of a name in the zone that does not exist */
  codeOf(zone: ClusterZone, key: string): ReasonCode {
    const labels = this.#labels;
    labels.read(key, key.length - zone.name.key.length);
    if (zone.isReverse || addressOfReverseName(key) !== undefined) return "no-object-with-address";
    const isService = !labels.isTooLong && labels.endsWith(SVC);
    if (isService && labels.count >= 2) return this.#serviceCode(zone);
    if (!labels.isTooLong && labels.endsWith(POD)) return this.#podCode();
    return "no-such-form";
  }

  /** The same with the names that are near, for people. */
  reasonOf(zone: ClusterZone, key: string): Reason {
    const code = this.codeOf(zone, key);
    const hint = this.#hint(code, zone);
    return { code, text: hint === "" ? REASONS[code] : `${REASONS[code]}: ${hint}` };
  }

  #serviceCode(zone: ClusterZone): ReasonCode {
    const labels = this.#labels;
    const namespace = this.#index.namespace(labels.slice(1, 1));
    if (namespace?.exists !== true) return "no-namespace";
    if (!namespace.isConfigured) return "namespace-hidden";
    const node = this.#index.servicesOf(zone).find(labels.slice(2, 1));
    if (!node?.service) return "no-service";
    if (labels.count === 3) return wholeCode(node);
    return labels.count === 5 ? "no-port" : "no-endpoint-name";
  }

  #podCode(): ReasonCode {
    if (this.#pods === "disabled") return "pods-disabled";
    const namespace = this.#index.namespace(this.#labels.slice(1, 1));
    return namespace && isExposed(namespace) ? "no-pod" : "no-namespace";
  }

  #hint(code: ReasonCode, zone: ClusterZone): string {
    if (code === "no-namespace") return this.#namespaceHint();
    return code === "no-service" ? this.#serviceHint(zone) : "";
  }

  #namespaceHint(): string {
    const name = labelText(this.#labels.slice(1, 1));
    const known = [...this.#index.namespaces()].filter(isExposed).map(({ key }) => labelText(key));
    const nearest = nearestName(name, known.slice(0, MAX_COMPARED));
    return nearest === undefined ? "" : `"${nearest}" is near`;
  }

  #serviceHint(zone: ClusterZone): string {
    const own = this.#labels.slice(2, 2);
    const space = this.#labels.slice(1, 1);
    const elsewhere: string[] = [];
    const beside: string[] = [];
    for (const { key, isVisible } of this.#index.servicesOf(zone).nodes()) {
      if (!isVisible) continue;
      if (key.startsWith(own)) elsewhere.push(labelText(key.slice(own.length)));
      if (key.endsWith(space)) beside.push(labelText(key.slice(0, -space.length)));
    }
    if (elsewhere.length > 0) return `namespace "${elsewhere.toSorted()[0]}" has one`;
    const nearest = nearestName(labelText(own), beside.slice(0, MAX_COMPARED));
    return nearest === undefined ? "" : `"${nearest}" is near`;
  }
}

function wholeCode({ service }: ServiceNode): ReasonCode {
  if (service?.headless === true) return "no-endpoint";
  const isAddress = canonicalAddress(service?.externalName ?? "") !== undefined;
  return isAddress ? "external-name-is-address" : "empty-service";
}
