import type { ReasonCode } from "../../server/contract/reason.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import type { ServiceNode } from "./index/service-node.ts";
import type { PodMode } from "./name-finder.ts";
import { canonicalAddress } from "./records/address.ts";
import type { ClusterZone } from "./records/cluster-zone.ts";
import { LabelOffsets, POD, SVC } from "./records/labels.ts";
import { addressOfReverseName } from "../../dns/reverse-name.ts";

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

  #serviceCode(zone: ClusterZone): ReasonCode {
    const labels = this.#labels;
    const namespace = labels.slice(1, 1);
    if (!this.#index.showsNamespace(namespace)) return "namespace-hidden";
    if (this.#index.namespace(namespace)?.exists !== true) return "no-namespace";
    const node = this.#index.servicesOf(zone).find(labels.slice(2, 1));
    if (!node?.service) return "no-service";
    if (labels.count === 3) return wholeCode(node);
    return labels.count === 5 ? "no-port" : "no-endpoint-name";
  }

  #podCode(): ReasonCode {
    if (this.#pods === "disabled") return "pods-disabled";
    const label = this.#labels.slice(1, 1);
    if (!this.#index.showsNamespace(label)) return "namespace-hidden";
    return this.#index.namespace(label)?.exists === true ? "no-pod" : "no-namespace";
  }
}

function wholeCode({ service }: ServiceNode): ReasonCode {
  if (service?.headless === true) return "no-endpoint";
  const isAddress = canonicalAddress(service?.externalName ?? "") !== undefined;
  return isAddress ? "external-name-is-address" : "empty-service";
}
