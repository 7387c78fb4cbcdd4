import { addressOfReverseName } from "../../dns/reverse-name.ts";
import { Name } from "../../dns/name.ts";
import type { ClusterSource, ClusterStore, Service } from "../../kube/cluster-source.ts";
import type {
  ClusterFacts,
  ClusterState,
  ClusterView,
  ServiceFacts,
  ServiceKey,
} from "../../server/contract/cluster-view.ts";
import { nearestName } from "../../text/nearest-name.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import { countObjects } from "./index/index-size.ts";
import type { ServiceNode } from "./index/service-node.ts";
import { isExposed } from "./index/service-node.ts";
import { partsOf } from "./name-metadata.ts";
import type { KubernetesOptions } from "./parse.ts";
import { canonicalAddress } from "./records/address.ts";
import type { ClusterZone } from "./records/cluster-zone.ts";
import { labelText, splitLabels, wireLabel } from "./records/labels.ts";

/** Names that are compared with one that is not there: a cluster may have 10,000 in a namespace. */
const MAX_COMPARED = 5_000;
const MAX_ELSEWHERE = 5;
const MAX_ENDPOINT_NAMES = 100;

const NOTHING_NEAR = {
  nearestNamespace: undefined,
  nearestService: undefined,
  elsewhere: [],
} as const;

type Shown = Pick<
  KubernetesOptions,
  "pods" | "ignoreEmptyService" | "namespaces" | "labels" | "namespaceLabels" | "zonal"
>;

export interface KnownClusterParts {
  readonly index: ClusterIndex;
  readonly source: Pick<ClusterSource<ClusterStore>, "trouble" | "contact">;
  /** The longest first. */
  readonly clusterZones: readonly ClusterZone[];
  readonly primary: ClusterZone;
  readonly options: Shown;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/** Looks things up in the index for those who explain names. */
export class KnownCluster implements ClusterView {
  readonly zones: readonly Name[];
  readonly #parts: KnownClusterParts;
  readonly #beganMs: number;

  constructor(parts: KnownClusterParts) {
    this.#parts = parts;
    const { clusterZones, primary } = parts;
    const others = clusterZones.filter((zone) => !zone.isReverse && zone !== primary);
    this.zones = [primary, ...others].map(({ name }) => name);
    this.#beganMs = parts.now();
  }

  state(): ClusterState {
    const { index, source, options } = this.#parts;
    const { state } = index;
    return {
      pods: options.pods,
      ignoresEmptyServices: options.ignoreEmptyService,
      namespaces: options.namespaces,
      labels: options.labels,
      namespaceLabels: options.namespaceLabels,
      unsynced: state.kinds.filter((kind) => !state.hasSynced(kind)),
      sinceMs: this.#beganMs,
      trouble: source.trouble,
      awaySinceMs: this.#awaySinceMs(),
      savedAtMs: state.savedAtMs,
    };
  }

  objectCount(): number {
    const { index } = this.#parts;
    return index.state.kinds.reduce((sum, kind) => sum + countObjects(index, kind), 0);
  }

  factsOf(qname: Name): ClusterFacts | undefined {
    const { clusterZones, index, options } = this.#parts;
    const zone = clusterZones.find(({ name }) => qname.isWithin(name));
    if (!zone) return undefined;
    const name = Name.fromWire(qname.key, qname.key);
    const parts = zone.isReverse ? {} : partsOf(name, zone, options.zonal);
    const { namespace = "", service = "" } = parts;
    const known = index.namespace(wireLabel(namespace) ?? "");
    const key = `${wireLabel(service) ?? ""}${wireLabel(namespace) ?? ""}`;
    const node = service === "" ? undefined : index.servicesOf(zone).find(key);
    return {
      zone: zone.name,
      isReverse: zone.isReverse,
      address: addressOfReverseName(qname.key),
      kind: parts.kind ?? "",
      namespace,
      serviceName: parts.kind === "svc" ? service : "",
      portName: parts["port-name"] ?? "",
      protocol: parts.protocol ?? "",
      endpoint: parts.endpoint ?? "",
      namespaceExists: known?.exists ?? false,
      namespaceShown: index.showsNamespace(wireLabel(namespace) ?? ""),
      service: node && parts.kind === "svc" ? this.#serviceOf(node) : undefined,
      // Nobody asks what is near to what is there.
      ...(node?.isVisible === true
        ? NOTHING_NEAR
        : this.#near(zone, namespace, parts.kind === "svc" ? service : "")),
    };
  }

  namespaceOfAddress(address: string): string | undefined {
    const { index } = this.#parts;
    const canonical = canonicalAddress(address) ?? address;
    const label = index.podNamespace(canonical) ?? index.reverse.podNamespace(canonical);
    if (label !== undefined) return labelText(label);
    // Pods are kept by name unless somebody asks who clients are.
    for (const { podIPs, namespace } of index.pods.objects()) {
      if (podIPs.includes(canonical)) return namespace;
    }
    return undefined;
  }

  servicesAt(address: string): readonly ServiceKey[] {
    const canonical = canonicalAddress(address) ?? address;
    return this.#services(({ clusterIPs, externalIPs }) => {
      return clusterIPs.includes(canonical) || externalIPs.includes(canonical);
    });
  }

  servicesAtNodePort(port: number): readonly ServiceKey[] {
    return this.#services(({ ports }) => ports.some(({ nodePort }) => nodePort === port));
  }

  #services(isWanted: (service: Service) => boolean): readonly ServiceKey[] {
    const found: ServiceKey[] = [];
    for (const { service } of this.#parts.index.services.nodes()) {
      if (service && isWanted(service))
        found.push({ namespace: service.namespace, name: service.name });
    }
    return found;
  }

  addressOfPod(namespace: string, name: string): string | undefined {
    return this.#parts.index.pods.addressesOf({ namespace, name })[0];
  }

  /** Of several kinds, the one that has been silent for the longest counts. */
  #awaySinceMs(): number | undefined {
    const { index, source, now } = this.#parts;
    const contacts = index.state.kinds.flatMap((kind) => source.contact?.(kind) ?? []);
    const away = contacts.filter(({ isConnected }) => !isConnected);
    if (away.length === 0) return undefined;
    return now() - Math.max(...away.map(({ silentMs }) => silentMs));
  }

  #serviceOf({ key, service, slices }: ServiceNode): ServiceFacts | undefined {
    if (!service) return undefined;
    const [name = "", namespace = ""] = splitLabels(key).map(labelText);
    const watched = this.#parts.index.state.kinds.includes("EndpointSlice");
    const targets = slices.flatMap((slice) => slice.targets);
    return {
      name,
      namespace,
      type: service.type,
      headless: service.headless,
      clusterIPs: service.clusterIPs,
      externalName: service.externalName,
      ports: service.ports,
      endpointPorts: slices.flatMap((slice) => slice.ports),
      endpointNames: targets
        .slice(0, MAX_ENDPOINT_NAMES)
        .map(({ label }) => splitLabels(label).map(labelText).join(".")),
      ready: watched ? targets.length : undefined,
      notReady: slices.reduce((sum, { unready }) => sum + unready.length, 0),
    };
  }

  #near(
    zone: ClusterZone,
    namespace: string,
    service: string,
  ): Pick<ClusterFacts, "nearestNamespace" | "nearestService" | "elsewhere"> {
    const { index } = this.#parts;
    const spaces = [...index.namespaces()].filter(isExposed).map(({ key }) => labelText(key));
    const others = spaces.filter((one) => one !== namespace).slice(0, MAX_COMPARED);
    const nearestNamespace = namespace === "" ? undefined : nearestName(namespace, others);
    if (service === "") return { nearestNamespace, nearestService: undefined, elsewhere: [] };
    const [own = "", space = ""] = [service, namespace].map(wireLabel);
    const elsewhere: string[] = [];
    const beside: string[] = [];
    for (const { key, isVisible } of index.servicesOf(zone).nodes()) {
      if (!isVisible) continue;
      const [isName, isSpace] = [key.startsWith(own), key.endsWith(space)];
      if (isName && !isSpace) elsewhere.push(labelText(key.slice(own.length)));
      if (isSpace && !isName) beside.push(labelText(key.slice(0, -space.length)));
    }
    return {
      nearestNamespace,
      nearestService: nearestName(service, beside.slice(0, MAX_COMPARED)),
      elsewhere: elsewhere.toSorted().slice(0, MAX_ELSEWHERE),
    };
  }
}
