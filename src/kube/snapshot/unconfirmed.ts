import type { ClusterSink, Kind, ObjectKey } from "../cluster-source.ts";

/** Objects of a snapshot that the real source has not told of. */
export class Unconfirmed {
  /** `namespace/name`, by kind. */
  readonly #keys: ReadonlyMap<Kind, Set<string>>;

  constructor(kinds: readonly Kind[]) {
    this.#keys = new Map(kinds.map((kind) => [kind, new Set<string>()]));
  }

  /** @throws TypeError if the object is of no kind that was asked for */
  add(object: ObjectKey & { readonly kind: Kind }): void {
    const keys = this.#keys.get(object.kind);
    if (!keys) throw new TypeError(`unexpected kind "${object.kind}"`);
    keys.add(formatKey(object));
  }

  confirm(kind: Kind, key: ObjectKey): void {
    this.#keys.get(kind)?.delete(formatKey(key));
  }

  /** @returns how many there were of the kind */
  removeFrom(sink: ClusterSink, kind: Kind): number {
    const keys = this.#keys.get(kind) ?? new Set();
    const { size } = keys;
    for (const key of keys) sink.remove(kind, parseKey(key));
    keys.clear();
    return size;
  }
}

/** Neither part can have a slash. */
function formatKey({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

function parseKey(key: string): ObjectKey {
  const at = key.indexOf("/");
  return { namespace: key.slice(0, at), name: key.slice(at + 1) };
}
