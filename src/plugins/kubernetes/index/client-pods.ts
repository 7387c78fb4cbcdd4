import type { ObjectKey } from "../../../kube/cluster-source.ts";

/**
 * Running pods by address, for those who ask who a client is. An address that several of them
 * have, as those on a host's own network do, tells nothing of who asks.
 */
export class ClientPods {
  /** Keys of the pods that have an address: nearly always one. */
  readonly #keys = new Map<string, string | ReadonlySet<string>>();

  /** @param key namespace and name */
  add(address: string, key: string): void {
    const known = this.#keys.get(address);
    if (known === undefined) this.#keys.set(address, key);
    else this.#keys.set(address, new Set([...keysOf(known), key]));
  }

  delete(address: string, key: string): void {
    const known = this.#keys.get(address);
    if (known === undefined) return;
    const left = keysOf(known).filter((one) => one !== key);
    const [first] = left;
    if (first === undefined) this.#keys.delete(address);
    else this.#keys.set(address, left.length === 1 ? first : new Set(left));
  }

  /** The pod at an address that was told of last: what others are said to have it will be gone. */
  latest(address: string): ObjectKey | undefined {
    const key = keysOf(this.#keys.get(address) ?? "").at(-1) ?? "";
    return key === "" ? undefined : keyObject(key);
  }

  /** The one pod at an address in canonical form. */
  at(address: string): ObjectKey | undefined {
    const key = this.#keys.get(address);
    return typeof key === "string" ? keyObject(key) : undefined;
  }
}

function keyObject(key: string): ObjectKey {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}

function keysOf(known: string | ReadonlySet<string>): readonly string[] {
  return typeof known === "string" ? [known] : [...known];
}
