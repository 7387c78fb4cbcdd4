import type { Kind } from "../../kube/cluster-source.ts";
import type { State } from "../../server/contract/state.ts";
import { addressOfDashed } from "./records/address.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import type { ClusterZone } from "./records/cluster-zone.ts";
import { NS_DNS } from "../../cluster/soa-record.ts";
import { HostRecords } from "./records/host-records.ts";
import { LabelOffsets, labelText, POD, SVC, withoutUnderscore } from "./records/labels.ts";
import type { NameRecords, ServiceNames } from "./records/name-records.ts";
import { EMPTY, POINTERS_ONLY } from "./records/name-records.ts";
import type { NameServers } from "./records/name-servers.ts";
import type { PodAddress } from "./index/pod-table.ts";
import { addressOfReverseName } from "../../dns/reverse-name.ts";
import type { ServiceNode } from "./index/service-node.ts";
import { isExposed } from "./index/service-node.ts";
import { ServiceRecords } from "./records/service-records.ts";
import type { ZonalName } from "./records/zonal-name.ts";
import { parseZonalName } from "./records/zonal-name.ts";

export type PodMode = "disabled" | "insecure" | "verified";

export interface NameFinderOptions {
  readonly pods: PodMode;
  /** A ClusterIP Service without ready endpoints does not exist. */
  readonly ignoreEmptyService: boolean;
  /** Headless Services have names for topology zones. */
  readonly zonal: boolean;
}

/** What a zone has at a name. */
export interface Found {
  /** Undefined if the name does not exist. */
  readonly records: NameRecords | undefined;
  /** Until this ends. */
  readonly state: State;
}

/** Thrown where the answer depends on what is not known of the cluster yet. */
export class NotSynced extends Error {
  override readonly name = "NotSynced";
}

/** Finds what a zone has at a name. */
export class NameFinder {
  readonly #index: ClusterIndex;
  readonly #nameServers: NameServers;
  readonly #options: NameFinderOptions;
  readonly #labels = new LabelOffsets();

  constructor(index: ClusterIndex, nameServers: NameServers, options: NameFinderOptions) {
    this.#index = index;
    this.#nameServers = nameServers;
    this.#options = options;
  }

  /**
   * What there is at a name.
   *
   *     [ENDPOINT. | PORT.PROTOCOL.]      SERVICE. NAMESPACE. svc. ZONE
   *     TOPOLOGY-ZONE.(pin | prefer)._zone. SERVICE. NAMESPACE. svc. ZONE
   *     [ANY. [ANY.]]                     1-2-3-4. NAMESPACE. pod. ZONE
   *
   * and in a zone of the cluster set, where ports have an underscore
   *
   *     [ENDPOINT.[CLUSTER.] | PORT.PROTOCOL.] SERVICE. NAMESPACE. svc. ZONE
   *
   * @param key lower-case wire form of a name within the zone
   * @throws {NotSynced}
   */
  find(zone: ClusterZone, key: string): Found {
    const labels = this.#labels;
    labels.read(key, key.length - zone.name.key.length);
    if (labels.count === 0) return this.#inFrame(EMPTY);
    if (!labels.isTooLong) {
      if (labels.endsWith(SVC)) return this.#findService(zone);
      if (labels.endsWith(POD)) return this.#findPod(zone);
      if (labels.count === 2 && key.startsWith(NS_DNS)) return this.#findNameServer(zone);
    } else if (this.#options.zonal) {
      const zonal = parseZonalName(key, key.length - zone.name.key.length);
      if (zonal) return this.#findZonal(zone, zonal);
    }
    const address = addressOfReverseName(key);
    if (address === undefined) return this.#inFrame(undefined);
    const { reverse, frame } = this.#index;
    const records = reverse.names(address).length > 0 ? POINTERS_ONLY : undefined;
    return { records, state: reverse.stateOf(address, frame) };
  }

  /** There are such names, or there are not, as long as there are the same namespaces. */
  #inFrame(records: NameRecords | undefined): Found {
    return { records, state: this.#index.frame };
  }

  #findService(zone: ClusterZone): Found {
    const labels = this.#labels;
    if (labels.count === 1) return this.#inFrame(EMPTY);
    if (zone.isReverse) return this.#inFrame(undefined);
    if (labels.count === 2) return this.#inFrame(this.#namespace());
    const key = labels.slice(2, 1);
    const services = this.#index.servicesOf(zone);
    const state = services.stateOf(key, this.#index.frame);
    return { records: this.#serviceRecords(zone, services.find(key)), state };
  }

  #serviceRecords(zone: ClusterZone, node: ServiceNode | undefined): NameRecords | undefined {
    const labels = this.#labels;
    if (!node?.isVisible || this.#isIgnored(node)) return undefined;
    const isEndpoint =
      labels.count === 4 || (labels.count === 5 && zone.isMulticluster && !this.#namesPort());
    if (node.service?.headless || isEndpoint) this.#need("EndpointSlice");
    const records = recordsOf(node, zone);
    if (labels.count === 3) return records.whole;
    const last = labels.count - 1;
    if (isEndpoint) return records.byEndpoint(labels.slice(last, 0), labels.slice(last, 3));
    const port = withoutUnderscore(labelText(labels.slice(4, 4)));
    const protocol = withoutUnderscore(labelText(labels.slice(3, 3)));
    return records.byPort(labels.slice(4, 0), port, protocol);
  }

  /** Where ENDPOINT.CLUSTER may stand in the place of PORT.PROTOCOL, an underscore tells them apart. */
  #namesPort(): boolean {
    const labels = this.#labels;
    return [3, 4].some((i) => labelText(labels.slice(i, i)).startsWith("_"));
  }

  #findZonal(zone: ClusterZone, name: ZonalName): Found {
    if (zone.isReverse || zone.isMulticluster) return this.#inFrame(undefined);
    const { services, frame } = this.#index;
    const state = services.stateOf(name.service, frame);
    const node = services.find(name.service);
    if (!node?.isVisible || !node.service?.headless) return { records: undefined, state };
    this.#need("EndpointSlice");
    return { records: recordsOf(node, zone).byTopologyZone(name), state };
  }

  #namespace(): NameRecords | undefined {
    const namespace = this.#index.namespace(this.#labels.slice(1, 1));
    return namespace && isExposed(namespace) ? EMPTY : undefined;
  }

  #isIgnored(node: ServiceNode): boolean {
    if (!this.#options.ignoreEmptyService || !node.service) return false;
    if (node.service.headless || node.service.type === "ExternalName") return false;
    this.#need("EndpointSlice");
    return !node.hasReadyTargets;
  }

  #findPod(zone: ClusterZone): Found {
    const labels = this.#labels;
    if (labels.count === 1) return this.#inFrame(EMPTY);
    if (this.#options.pods === "disabled" || zone.isReverse) return this.#inFrame(undefined);
    const namespace = this.#namespace();
    if (!namespace || labels.count === 2) return this.#inFrame(namespace);
    if (this.#options.pods === "insecure")
      return this.#inFrame(this.#podRecords(zone, this.#podAsNamed()));
    const { pods, frame } = this.#index;
    const key = labels.slice(2, 1);
    return { records: this.#podRecords(zone, pods.find(key)), state: pods.stateOf(key, frame) };
  }

  #podRecords(zone: ClusterZone, pod: PodAddress | undefined): NameRecords | undefined {
    const labels = this.#labels;
    const owner = pod && zone.below(labels.slice(labels.count - 1, 0));
    if (!owner) return undefined;
    const host = { labels: labels.slice(2, 0), address: pod.address, port: 0 };
    const hosts = Array.from({ length: pod.count }, () => host);
    return new HostRecords(owner, hosts, zone, { portless: true });
  }

  /** Whoever asks says which address the pod has. */
  #podAsNamed(): PodAddress | undefined {
    const address = addressOfDashed(labelText(this.#labels.slice(2, 2)));
    return address === undefined ? undefined : { address, count: 1 };
  }

  #findNameServer(zone: ClusterZone): Found {
    const owner = zone.below(NS_DNS);
    if (!owner) return this.#inFrame(undefined);
    if (!this.#index.state.isKnown(zone)) throw new NotSynced();
    return { records: this.#nameServers.at(owner, zone), state: this.#index.whole };
  }

  #need(kind: Kind): void {
    if (this.#index.state.unknown.has(kind)) throw new NotSynced();
  }
}

function recordsOf(node: ServiceNode, zone: ClusterZone): ServiceNames {
  return (node.records[zone.index] ??= new ServiceRecords(node, zone));
}
