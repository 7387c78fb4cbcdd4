import type { EdnsOption } from "../../dns/edns.ts";
import type {
  ExternalEndpoint,
  ExternalPort,
  ExternalService,
  ExternalServices,
  Known,
} from "../../server/contract/external-services.ts";
import type { State } from "../../server/contract/state.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import type { ServiceNode } from "./index/service-node.ts";
import { isExposed } from "./index/service-node.ts";
import { portsOf } from "./index/slice.ts";
import { inOrder } from "./records/in-order.ts";
import type { NameServers } from "./records/name-servers.ts";

const NONE: readonly string[] = [];
/** The cluster's own Services, not those of a cluster set. */
const OWN = { isMulticluster: false };

export interface ClusterExternalServicesParts {
  readonly index: ClusterIndex;
  readonly nameServers: NameServers;
  readonly ttlSeconds: number;
  /** What is thrown where not all is known. */
  readonly notSynced: () => Error;
}

/** The cluster's Services as others see them from outside. */
export class ClusterExternalServices implements ExternalServices {
  readonly ttlSeconds: number;
  readonly #index: ClusterIndex;
  readonly #nameServers: NameServers;
  readonly #notSynced: () => Error;

  constructor({ index, nameServers, ttlSeconds, notSynced }: ClusterExternalServicesParts) {
    this.#index = index;
    this.#nameServers = nameServers;
    this.ttlSeconds = ttlSeconds;
    this.#notSynced = notSynced;
  }

  get serial(): number {
    return this.#index.services.serial.value;
  }

  get whole(): State {
    return this.#index.whole;
  }

  get staleness(): EdnsOption | undefined {
    return this.#index.state.stalenessOf(OWN);
  }

  namespace(label: string): Known<boolean> {
    const namespace = this.#index.namespace(label);
    return { value: namespace !== undefined && isExposed(namespace), state: this.#index.frame };
  }

  service(labels: string): Known<ExternalService | undefined> {
    const { services, frame } = this.#index;
    const node = services.find(labels);
    const value = node?.isVisible === true ? new NodeService(node) : undefined;
    return { value, state: services.stateOf(labels, frame) };
  }

  servicesAt(address: string): Known<readonly string[]> {
    const { reverse, frame } = this.#index;
    const value = reverse.external(address).map(({ key }) => key);
    return { value, state: reverse.externalStateOf(address, frame) };
  }

  *services(): Generator<ExternalService, void, undefined> {
    for (const node of inOrder(this.#index.services.nodes(), nameOf)) {
      if (node.isVisible) yield new NodeService(node);
    }
  }

  nameServers(withHeadless: boolean): readonly string[] {
    if (!this.#index.state.isKnown(OWN)) throw this.#notSynced();
    return this.#nameServers.externalAddresses(withHeadless);
  }

  requireEndpoints(): void {
    if (this.#index.state.unknown.has("EndpointSlice")) throw this.#notSynced();
  }

  requireAll(): void {
    if (!this.#index.state.isSynced(OWN)) throw this.#notSynced();
  }
}

/** The Service's own name first, so that equal names lie together. */
function nameOf({ key }: ServiceNode): string {
  return key.slice(1);
}

/** A Service as the index has it, seen from outside. */
class NodeService implements ExternalService {
  readonly #node: ServiceNode;

  constructor(node: ServiceNode) {
    this.#node = node;
  }

  get labels(): string {
    return this.#node.key;
  }

  get addresses(): readonly string[] {
    return this.#node.service?.externalIPs ?? NONE;
  }

  get hostnames(): readonly string[] {
    return this.#node.service?.externalHostnames ?? NONE;
  }

  get ports(): readonly ExternalPort[] {
    return portsOf(this.#node.service?.ports ?? []);
  }

  get isHeadless(): boolean {
    return this.#node.service?.headless === true;
  }

  get endpoints(): readonly ExternalEndpoint[] {
    return this.#node.slices.flatMap(({ targets, ports }) =>
      targets.map(({ label, address }) => ({ label, address, ports })),
    );
  }
}
