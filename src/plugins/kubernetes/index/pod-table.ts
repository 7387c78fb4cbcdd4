import type { ObjectKey, Pod } from "../../../kube/cluster-source.ts";
import { SharedStates } from "../../../server/contract/shared-states.ts";
import type { State } from "../../../server/contract/state.ts";
import { dashedAddress } from "../records/address.ts";
import { ClientPods } from "./client-pods.ts";
import { PodLabels } from "./pod-labels.ts";
import type { EndingStates } from "./ending-states.ts";
import { wireLabel } from "../records/labels.ts";

/** Pods in these phases have given their addresses back. */
const OVER = new Set(["Succeeded", "Failed", "Unknown"]);

/** An address in a namespace, as the name of a pod says it. */
export interface PodAddress {
  readonly address: string;
  /** Pods that have it: more than one on a host's own network. */
  readonly count: number;
}

interface CountedAddress extends PodAddress {
  count: number;
}

/** The addresses of running pods by name, for `pods verified`. */
export class PodTable {
  readonly #byName = new Map<string, CountedAddress>();
  /** What each pod has added, by namespace and name. */
  readonly #names = new Map<string, readonly string[]>();
  readonly #states = new SharedStates();
  readonly #ending: EndingStates;
  #clients: ClientPods | undefined;
  #labels = new PodLabels(new Set());

  readonly #clientStates: SharedStates;

  /**
   * @param ending takes what a change ends
   * @param clientStates by address
   */
  constructor(ending: EndingStates, clientStates: SharedStates) {
    this.#ending = ending;
    this.#clientStates = clientStates;
  }

  /** @param labels of pod and namespace, in lower-case wire form */
  find(labels: string): PodAddress | undefined {
    return this.#byName.get(labels);
  }

  /** From now on `client` knows pods, and `labelsOf` these labels. To be called before any is told of. */
  keepClients(labels: ReadonlySet<string> = new Set()): void {
    this.#clients ??= new ClientPods();
    this.#labels = new PodLabels(labels);
  }

  /** Those of its labels that are kept. */
  labelsOf(pod: ObjectKey): Pod["labels"] {
    return this.#labels.of(objectKey(pod));
  }

  /** The running pod that a client's address in canonical form belongs to. */
  client(address: string): ObjectKey | undefined {
    return this.#clients?.at(address);
  }

  /** The label of the namespace that it is in, in wire form; of several, the one told of last. */
  namespaceOf(address: string): string | undefined {
    const pod = this.#clients?.latest(address);
    return pod && wireLabel(pod.namespace);
  }

  /** What a reply about these labels depends on, whether there is such a pod or not. */
  stateOf(labels: string, frame: State): State {
    return this.#states.of(labels, frame);
  }

  /** @returns whether its addresses have changed. */
  upsert(pod: Pod): boolean {
    const addresses = OVER.has(pod.phase) ? [] : pod.podIPs;
    const named = new Map(addresses.map((address) => [podLabels(address, pod.namespace), address]));
    const key = objectKey(pod);
    if (named.size > 0) this.#labels.put(key, pod.labels);
    else this.#labels.delete(key);
    const before = this.#names.get(key) ?? [];
    const isSame = before.length === named.size && before.every((name) => named.has(name));
    if (isSame) return false;
    this.#forget(before, key);
    for (const [name, address] of named) this.#add(name, address, key);
    if (named.size > 0) this.#names.set(key, [...named.keys()]);
    else this.#names.delete(key);
    return true;
  }

  /** Those of one pod; none if it is not known. */
  addressesOf(pod: ObjectKey): readonly string[] {
    const names = this.#names.get(objectKey(pod)) ?? [];
    return names.flatMap((labels) => this.#byName.get(labels)?.address ?? []);
  }

  /** Pods that have addresses. */
  get size(): number {
    return this.#names.size;
  }

  /** The pods that have addresses, with no more than their addresses. */
  *objects(): Generator<Pod, void, undefined> {
    for (const [key, names] of this.#names) {
      const [namespace = "", name = ""] = key.split("/");
      const podIPs = names.map((labels) => this.#byName.get(labels)?.address ?? "");
      yield {
        kind: "Pod",
        namespace,
        name,
        podIPs,
        phase: "Running",
        labels: this.#labels.of(key),
      };
    }
  }

  remove(pod: ObjectKey): boolean {
    const key = objectKey(pod);
    this.#labels.delete(key);
    const names = this.#names.get(key);
    if (!names) return false;
    this.#forget(names, key);
    return this.#names.delete(key);
  }

  #add(name: string, address: string, key: string): void {
    this.#clients?.add(address, key);
    this.#ending.add(this.#states.at(name));
    this.#ending.add(this.#clientStates.at(address));
    const known = this.#byName.get(name);
    if (known) known.count++;
    else this.#byName.set(name, { address, count: 1 });
  }

  #forget(names: readonly string[], key: string): void {
    for (const name of names) {
      this.#ending.add(this.#states.at(name));
      const known = this.#byName.get(name);
      if (known) {
        this.#clients?.delete(known.address, key);
        this.#ending.add(this.#clientStates.at(known.address));
      }
      if (known && --known.count === 0) this.#byName.delete(name);
    }
  }
}

function podLabels(address: string, namespace: string): string {
  return `${wireLabel(dashedAddress(address)) ?? ""}${wireLabel(namespace) ?? ""}`;
}

/** What tells an object from others of its kind. */
export function objectKey({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}
