import type { Duplex } from "node:stream";
import type { Name } from "../../dns/name.ts";
import type { ClusterSource, ClusterStore } from "../../kube/cluster-source.ts";
import type { PodDialer } from "../../kube/pod-port.ts";
import type {
  ClusterConnections,
  ConnectionEndpoint,
  ConnectionPort,
  ConnectionTarget,
} from "../../server/contract/cluster-connections.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import type { ServiceNode } from "./index/service-node.ts";
import type { Port, Target } from "./index/slice.ts";
import type { ClusterZone } from "./records/cluster-zone.ts";
import { labelText, splitLabels } from "./records/labels.ts";

export interface KnownConnectionsParts {
  readonly index: ClusterIndex;
  readonly source: Pick<ClusterSource<ClusterStore>, "dialer">;
  readonly clusterZones: readonly ClusterZone[];
}

/** What there is to connect to in the index, and the way there that the source has. */
export class KnownConnections implements ClusterConnections {
  readonly zones: readonly Name[];
  /** Whether somebody asks. */
  isAsked = false;
  readonly #index: ClusterIndex;
  readonly #source: KnownConnectionsParts["source"];
  #dialer: Promise<PodDialer> | undefined;

  constructor({ index, source, clusterZones }: KnownConnectionsParts) {
    this.#index = index;
    this.#source = source;
    this.zones = clusterZones.filter(({ isReverse }) => !isReverse).map(({ name }) => name);
  }

  begin(): string | undefined {
    this.isAsked = true;
    if (!this.#source.dialer) return '"manifests" have no Pods that run';
    if (!this.#index.state.kinds.includes("EndpointSlice")) return '"noendpoints" hides them';
    return undefined;
  }

  targetAt(address: string): ConnectionTarget | undefined {
    const { reverse } = this.#index;
    const service = reverse.service(address);
    if (service) return new ServiceTarget(this.#index, service.key);
    const visible = reverse.endpoints(address).filter(({ slice }) => slice.node.isVisible);
    const [first] = visible.map(nameOfEndpoint).toSorted();
    return first === undefined ? undefined : new EndpointTarget(this.#index, first, address);
  }

  onChange(listener: () => void): () => void {
    return this.#index.onChange(listener);
  }

  async dial(
    { namespace, name }: { namespace: string; name: string },
    port: number,
  ): Promise<Duplex> {
    this.#dialer ??= this.#source.dialer?.();
    const dial = await this.#dialer;
    if (!dial) throw new Error("there is no way to Pods");
    return dial({ namespace, name, port });
  }
}

/** A Service with a ClusterIP: its own ports, each with the endpoints behind it. */
class ServiceTarget implements ConnectionTarget {
  readonly name: string;
  readonly #index: ClusterIndex;
  readonly #key: string;

  constructor(index: ClusterIndex, key: string) {
    this.#index = index;
    this.#key = key;
    this.name = nameOfService(key);
  }

  ports(): readonly ConnectionPort[] {
    const node = this.#index.services.find(this.#key);
    if (!node?.service || !node.isVisible) return [];
    return node.service.ports.map(({ name, port, protocol }) => ({
      port,
      protocol,
      endpoints: endpointsOf(node, { name: name.toLowerCase(), protocol, port }),
    }));
  }
}

/** The port of a slice that a Service's port leads to has its name (EndpointSlice's `ports[].name`). */
function endpointsOf(
  { slices }: ServiceNode,
  { name, protocol, port }: Port,
): ConnectionEndpoint[] {
  return slices.flatMap((slice) => {
    const own = slice.ports.find((one) => one.name === name && one.protocol === protocol);
    if (!own) return [];
    return slice.targets.map((target) => endpointAt(target, own.port === 0 ? port : own.port));
  });
}

/** One endpoint, by its own address: all ports that any of its Services says it has. */
class EndpointTarget implements ConnectionTarget {
  readonly name: string;
  readonly #index: ClusterIndex;
  readonly #address: string;

  constructor(index: ClusterIndex, name: string, address: string) {
    this.#index = index;
    this.name = name;
    this.#address = address;
  }

  ports(): readonly ConnectionPort[] {
    const targets = this.#index.reverse.endpoints(this.#address);
    const visible = targets.filter(({ slice }) => slice.node.isVisible);
    return visible.flatMap((target) =>
      target.slice.ports
        .filter(({ port }) => port !== 0)
        .map(({ port, protocol }) => ({ port, protocol, endpoints: [endpointAt(target, port)] })),
    );
  }
}

function endpointAt({ address, slice }: Target, port: number): ConnectionEndpoint {
  const name = slice.podNames?.get(address);
  const namespace = labelText(slice.node.namespace.key);
  return { address, port, pod: name === undefined ? undefined : { namespace, name } };
}

function nameOfService(key: string): string {
  return splitLabels(key).map(labelText).toReversed().join("/");
}

function nameOfEndpoint({ label, slice }: Target): string {
  return `${nameOfService(slice.node.key)}/${splitLabels(label).map(labelText).join(".")}`;
}
