import type { EndpointSlice, ObjectKey } from "../../kube/cluster-source.ts";
import { nodesOfSlice } from "./exposed-service.ts";

interface Slice {
  /** `namespace/name` of its Service. */
  readonly service: string;
  readonly nodes: readonly string[];
}

/** Which nodes have ready endpoints of which Services. */
export class EndpointNodes {
  readonly #slices = new Map<string, Slice>();
  readonly #byService = new Map<string, Set<Slice>>();

  has(service: string, node: string): boolean {
    for (const { nodes } of this.#byService.get(service) ?? []) {
      if (nodes.includes(node)) return true;
    }
    return false;
  }

  /**
   * The Services that a slice belongs to, before and after a change.
   * @param slice undefined if it is gone
   * @returns none if nothing changes
   */
  servicesChangedBy(key: ObjectKey, slice: EndpointSlice | undefined): readonly string[] {
    const old = this.#slices.get(sliceKey(key));
    const next = slice && sliceOf(slice);
    const isSame = old?.service === next?.service && String(old?.nodes) === String(next?.nodes);
    return isSame ? [] : [old, next].flatMap((one) => one?.service ?? []);
  }

  put(key: ObjectKey, slice: EndpointSlice | undefined): void {
    const id = sliceKey(key);
    const old = this.#slices.get(id);
    if (old) {
      const others = this.#byService.get(old.service);
      others?.delete(old);
      if (others?.size === 0) this.#byService.delete(old.service);
      this.#slices.delete(id);
    }
    const next = slice && sliceOf(slice);
    if (!next) return;
    this.#slices.set(id, next);
    const others = this.#byService.get(next.service) ?? new Set();
    this.#byService.set(next.service, others.add(next));
  }
}

function sliceKey({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

function sliceOf(slice: EndpointSlice): Slice | undefined {
  if (slice.serviceName === "") return undefined;
  return { service: `${slice.namespace}/${slice.serviceName}`, nodes: nodesOfSlice(slice) };
}
