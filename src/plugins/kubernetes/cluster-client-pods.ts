import type { ClientPods } from "../../server/contract/client-pods.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { QueryError } from "../../server/contract/query-error.ts";
import type { Query } from "../../server/contract/query.ts";
import { CLIENT_LABELS, LABELS_OF_CLIENT } from "./client-metadata.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import { canonicalAddress } from "./records/address.ts";

type Asked = Pick<PluginContext, "isMetadataAsked" | "metadataAskedOf">;

/** Which Pod a client is, as Pods say it, or where none are watched, EndpointSlices. */
export class ClusterClientPods implements ClientPods {
  /** Whether somebody asks. */
  isAsked = false;
  readonly #index: ClusterIndex;
  readonly #context: Asked;
  readonly #notSynced: () => QueryError;

  constructor(index: ClusterIndex, context: Asked, notSynced: () => QueryError) {
    this.#context = context;
    this.#index = index;
    this.#notSynced = notSynced;
  }

  /** Whether anything of clients has to be remembered. */
  get areKept(): boolean {
    const isAsked = (label: string): boolean => this.#context.isMetadataAsked(label);
    return this.isAsked || CLIENT_LABELS.some(isAsked) || this.labels.size > 0;
  }

  /** Labels of theirs that somebody asks for. */
  get labels(): ReadonlySet<string> {
    return this.#context.metadataAskedOf(LABELS_OF_CLIENT);
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
