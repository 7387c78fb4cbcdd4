import { readFile } from "node:fs/promises";
import { Name } from "../../dns/name.ts";
import type { SearchPath, SearchPaths } from "../../server/contract/search-paths.ts";
import type { Query } from "../../server/contract/query.ts";
import type { State } from "../../server/contract/state.ts";
import type { Membership } from "../../server/contract/validity.ts";
import { parseSearchList } from "../../upstream/resolv-conf.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import { isExposed } from "./index/service-node.ts";
import { canonicalAddress } from "./records/address.ts";
import type { ClusterZone } from "./records/cluster-zone.ts";
import { SVC } from "./records/labels.ts";

/**
 * What kubelet writes into resolv.conf of Pods: their namespace, all Services, the zone, and what
 * the node searches itself.
 *
 *     search shop.svc.cluster.local svc.cluster.local cluster.local example.org
 */
export class ClusterSearchPaths implements SearchPaths {
  /** Whether somebody asks for them. */
  areAsked = false;
  /** What the node searches: of this server's own resolv.conf. */
  #ownSuffixes: readonly Name[] = [];
  readonly #index: ClusterIndex;
  readonly #zones: readonly ClusterZone[];

  /** @param zones the longest first */
  constructor(index: ClusterIndex, zones: readonly ClusterZone[]) {
    this.#index = index;
    this.#zones = zones.filter(({ isReverse }) => !isReverse);
  }

  begin(): string | undefined {
    this.areAsked = true;
    const { kinds } = this.#index.state;
    return kinds.includes("Pod") || kinds.includes("EndpointSlice")
      ? undefined
      : '"noendpoints" without "pods verified" leaves no way to know a Pod by its address';
  }

  /** A machine without the file searches nothing. */
  async readOwn(resolvConf: string): Promise<void> {
    const text = await readFile(resolvConf, "utf8").catch(() => "");
    this.#ownSuffixes = parseSearchList(text);
  }

  pathOf(qname: Name): SearchPath | State | undefined {
    const { key } = qname;
    const zone = this.#zones.find(({ name }) => qname.isWithin(name));
    const at = zone ? namespaceAt(key, key.length - zone.name.key.length) : 0;
    if (!zone || at === 0) return undefined;
    const label = key.slice(at, at + key.charCodeAt(at) + 1);
    const namespace = this.#index.namespace(label);
    if (!namespace || !isExposed(namespace)) return this.#index.frame;
    return new NamespacePath(label, zone, this.#index, this.#ownSuffixes);
  }
}

/**
 * Where the namespace's label begins in a name that ends so, and has something in front of it:
 *
 *     \x03www\x07example \x04shop \x03svc \x07cluster\x05local\x00
 *                        at               end
 *
 * @returns 0 for another name
 */
function namespaceAt(key: string, end: number): number {
  let namespace = 0;
  let last = 0;
  for (let at = 0; at < end; at += key.charCodeAt(at) + 1) {
    namespace = last;
    last = at;
  }
  return end - last === SVC.length && key.startsWith(SVC, last) ? namespace : 0;
}

class NamespacePath implements SearchPath {
  readonly #label: string;
  readonly #zone: ClusterZone;
  readonly #index: ClusterIndex;
  readonly #ownSuffixes: readonly Name[];

  constructor(label: string, zone: ClusterZone, index: ClusterIndex, ownSuffixes: readonly Name[]) {
    this.#label = label;
    this.#zone = zone;
    this.#index = index;
    this.#ownSuffixes = ownSuffixes;
  }

  isOf({ address }: Query["client"]): boolean {
    return this.#index.podNamespace(canonicalAddress(address) ?? address) === this.#label;
  }

  groupOf({ address }: Query["client"]): Membership {
    return this.#index.clientGroup(canonicalAddress(address) ?? address);
  }

  get suffixes(): readonly Name[] {
    const { name } = this.#zone;
    const inCluster = [this.#label + SVC, SVC].flatMap((labels) => this.#zone.below(labels) ?? []);
    return [...inCluster, name, ...this.#ownSuffixes, Name.root];
  }
}
