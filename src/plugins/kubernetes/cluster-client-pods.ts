import type { ClientPods } from "../../server/contract/client-pods.ts";
import type { QueryError } from "../../server/contract/query-error.ts";
import type { Query } from "../../server/contract/query.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import { canonicalAddress } from "./records/address.ts";

/** Which Pod a client is, as Pods say it, or where none are watched, EndpointSlices. */
export class ClusterClientPods implements ClientPods {
  /** Whether somebody asks. */
  isAsked = false;
  readonly #index: ClusterIndex;
  readonly #notSynced: () => QueryError;

  constructor(index: ClusterIndex, notSynced: () => QueryError) {
    this.#index = index;
    this.#notSynced = notSynced;
  }

  begin(): string | undefined {
    this.isAsked = true;
    return this.#index.clientKind === undefined
      ? '"noendpoints" without "pods verified" leaves no way to know a Pod by its address'
      : undefined;
  }

  namespaceOf({ address }: Query["client"]): string {
    const { clientKind, state } = this.#index;
    if (clientKind && state.unknown.has(clientKind)) throw this.#notSynced();
    return this.#index.client(canonicalAddress(address) ?? "")?.namespace ?? "";
  }
}
