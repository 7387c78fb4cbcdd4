import type { Pod } from "../../../kube/cluster-source.ts";

const NONE: Pod["labels"] = Object.freeze(withoutPrototype([]));

/** The labels of Pods that somebody asks for: most have few of them, and many have the same. */
export class PodLabels {
  readonly #names: readonly string[];
  readonly #byPod = new Map<string, Pod["labels"]>();
  /** So that Pods of a Deployment share theirs. */
  readonly #shared = new Map<string, { readonly labels: Pod["labels"]; count: number }>();

  constructor(names: ReadonlySet<string>) {
    this.#names = [...names].toSorted();
  }

  /** @param key namespace and name */
  of(key: string): Pod["labels"] {
    return this.#byPod.get(key) ?? NONE;
  }

  put(key: string, labels: Pod["labels"]): void {
    this.delete(key);
    const own = this.#names.filter((name) => Object.hasOwn(labels, name));
    if (own.length === 0) return;
    const kept = withoutPrototype(own.map((name) => [name, labels[name] ?? ""]));
    const text = this.#textOf(kept);
    let shared = this.#shared.get(text);
    if (!shared) this.#shared.set(text, (shared = { labels: kept, count: 0 }));
    shared.count++;
    this.#byPod.set(key, shared.labels);
  }

  delete(key: string): void {
    const labels = this.#byPod.get(key);
    if (!labels) return;
    this.#byPod.delete(key);
    const text = this.#textOf(labels);
    const shared = this.#shared.get(text);
    if (shared && --shared.count === 0) this.#shared.delete(text);
  }

  #textOf(labels: Pod["labels"]): string {
    return JSON.stringify(this.#names.map((name) => labels[name] ?? null));
  }
}

/** A label may be called `toString`. */
function withoutPrototype(entries: readonly (readonly [string, string])[]): Pod["labels"] {
  return Object.assign(Object.create(null), Object.fromEntries(entries)) as Pod["labels"];
}
