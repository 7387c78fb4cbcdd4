import { isDeepStrictEqual } from "node:util";
import { CountedNames } from "../../cluster/counted-names.ts";
import { ancestorsOf } from "../../cluster/wire-labels.ts";
import type { LoadBalancer } from "../../kube/cluster-source.ts";

/** By name, in lower-case wire form. */
export type Leads = ReadonlyMap<string, LoadBalancer>;

const NONE: Leads = new Map();

/** Which names lead where, of all owners together. */
export class HostNames {
  readonly #byOwner = new Map<string, Leads>();
  readonly #owners = new Map<string, Set<string>>();
  readonly #above = new CountedNames();

  /** Whether something is below the name. */
  hasBelow(key: string): boolean {
    return this.#above.has(key);
  }

  /** Where a name leads; undefined if it is nobody's. */
  find(key: string): LoadBalancer | undefined {
    const owners = this.#owners.get(key);
    if (!owners) return undefined;
    const all = [...owners].toSorted().flatMap((owner) => this.#byOwner.get(owner)?.get(key) ?? []);
    return {
      addresses: [...new Set(all.flatMap(({ addresses }) => addresses))],
      targets: [...new Set(all.flatMap(({ targets }) => targets))],
    };
  }

  /** The names that are another thing, or were, once the owner has these; with those above them. */
  changedBy(owner: string, next: Leads = NONE): Set<string> {
    const old = this.#byOwner.get(owner) ?? NONE;
    const keys = [...new Set([...old.keys(), ...next.keys()])];
    const changed = keys.filter((key) => !isDeepStrictEqual(old.get(key), next.get(key)));
    return new Set(changed.flatMap((key) => [key, ...ancestorsOf(key.slice(0, -1)).map(ended)]));
  }

  put(owner: string, next: Leads = NONE): void {
    for (const key of this.#byOwner.get(owner)?.keys() ?? []) {
      const owners = this.#owners.get(key);
      owners?.delete(owner);
      if (owners?.size === 0) this.#owners.delete(key);
      for (const above of ancestorsOf(key.slice(0, -1))) this.#above.delete(ended(above));
    }
    this.#byOwner.delete(owner);
    if (next.size === 0) return;
    this.#byOwner.set(owner, next);
    for (const key of next.keys()) {
      this.#owners.set(key, (this.#owners.get(key) ?? new Set()).add(owner));
      for (const above of ancestorsOf(key.slice(0, -1))) this.#above.add(ended(above));
    }
  }
}

function ended(labels: string): string {
  return `${labels}\0`;
}
