import type { Kind } from "../../kube/cluster-source.ts";
import type { Basis } from "../../server/basis.ts";
import { addressOfDashed } from "./address.ts";
import type { ClusterIndex } from "./cluster-index.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import { NS_DNS } from "./cluster-zone.ts";
import { HostRecords } from "./host-records.ts";
import { LabelOffsets, labelText, POD, SVC, withoutUnderscore } from "./labels.ts";
import type { NameRecords } from "./name-records.ts";
import { EMPTY, POINTERS_ONLY } from "./name-records.ts";
import type { NameServers } from "./name-servers.ts";
import { addressOfReverseName } from "./reverse-name.ts";
import type { ServiceNode } from "./service-node.ts";
import { isExposed } from "./service-node.ts";
import { ServiceRecords } from "./service-records.ts";
import type { ZonalName } from "./zonal-name.ts";
import { parseZonalName } from "./zonal-name.ts";

export type PodMode = "disabled" | "insecure" | "verified";

export interface NameFinderOptions {
  readonly pods: PodMode;
  /** A ClusterIP Service without ready endpoints does not exist. */
  readonly ignoreEmptyService: boolean;
  /** Headless Services have names for topology zones. */
  readonly zonal: boolean;
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
  /** What the last answer of `find` stands on. */
  basis: Basis;

  constructor(index: ClusterIndex, nameServers: NameServers, options: NameFinderOptions) {
    this.#index = index;
    this.#nameServers = nameServers;
    this.#options = options;
    this.basis = index.frame;
  }

  /**
   * What there is at a name; undefined if the name does not exist.
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
  find(zone: ClusterZone, key: string): NameRecords | undefined {
    const labels = this.#labels;
    labels.read(key, key.length - zone.name.key.length);
    this.basis = this.#index.frame;
    if (labels.count === 0) return EMPTY;
    if (!labels.isTooLong) {
      if (labels.endsWith(SVC)) return this.#findService(zone);
      if (labels.endsWith(POD)) return this.#findPod(zone);
      if (labels.count === 2 && key.startsWith(NS_DNS)) return this.#findNameServer(zone);
    } else if (this.#options.zonal) {
      const zonal = parseZonalName(key, key.length - zone.name.key.length);
      if (zonal) return this.#findZonal(zone, zonal);
    }
    const address = addressOfReverseName(key);
    if (address === undefined) return undefined;
    this.basis = this.#index.basis;
    return this.#index.reverse.names(address).length > 0 ? POINTERS_ONLY : undefined;
  }

  #findService(zone: ClusterZone): NameRecords | undefined {
    const labels = this.#labels;
    if (labels.count === 1) return EMPTY;
    if (zone.isReverse) return undefined;
    if (labels.count === 2) return this.#findNamespace();
    const key = labels.slice(2, 1);
    const services = this.#index.servicesOf(zone);
    this.basis = services.basisOn(this.#index.frame, key);
    const node = services.find(key);
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

  #findZonal(zone: ClusterZone, name: ZonalName): NameRecords | undefined {
    if (zone.isReverse || zone.isMulticluster) return undefined;
    const { services, frame } = this.#index;
    this.basis = services.basisOn(frame, name.service);
    const node = services.find(name.service);
    if (!node?.isVisible || !node.service?.headless) return undefined;
    this.#need("EndpointSlice");
    return recordsOf(node, zone).byTopologyZone(name);
  }

  #findNamespace(): NameRecords | undefined {
    const namespace = this.#index.namespace(this.#labels.slice(1, 1));
    return namespace && isExposed(namespace) ? EMPTY : undefined;
  }

  #isIgnored(node: ServiceNode): boolean {
    if (!this.#options.ignoreEmptyService || !node.service) return false;
    if (node.service.headless || node.service.type === "ExternalName") return false;
    this.#need("EndpointSlice");
    return !node.hasReadyTargets;
  }

  #findPod(zone: ClusterZone): NameRecords | undefined {
    const labels = this.#labels;
    if (labels.count === 1) return EMPTY;
    if (this.#options.pods === "disabled" || zone.isReverse) return undefined;
    const namespace = this.#findNamespace();
    if (!namespace || labels.count === 2) return namespace;
    const pod = this.#podAddress();
    const owner = pod && zone.below(labels.slice(labels.count - 1, 0));
    if (!owner) return undefined;
    const host = { labels: labels.slice(2, 0), address: pod.address, port: 0 };
    const hosts = Array.from({ length: pod.count }, () => host);
    return new HostRecords(owner, hosts, zone, { portless: true });
  }

  #podAddress(): { readonly address: string; readonly count: number } | undefined {
    if (this.#options.pods === "verified") {
      this.basis = this.#index.basis;
      return this.#index.pods.find(this.#labels.slice(2, 1));
    }
    const address = addressOfDashed(labelText(this.#labels.slice(2, 2)));
    return address === undefined ? undefined : { address, count: 1 };
  }

  #findNameServer(zone: ClusterZone): NameRecords | undefined {
    const owner = zone.below(NS_DNS);
    if (!owner) return undefined;
    this.basis = this.#index.basis;
    if (!this.#index.state.isKnown(zone)) throw new NotSynced();
    return this.#nameServers.at(owner, zone);
  }

  #need(kind: Kind): void {
    if (this.#index.state.unknown.has(kind)) throw new NotSynced();
  }
}

function recordsOf(node: ServiceNode, zone: ClusterZone): ServiceRecords {
  return (node.records[zone.index] ??= new ServiceRecords(node, zone));
}
