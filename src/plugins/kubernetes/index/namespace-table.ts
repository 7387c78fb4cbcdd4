import { wireLabel } from "../records/labels.ts";
import type { NamespaceNode } from "./service-node.ts";

/** The namespaces that there are, and those that something names. */
export class NamespaceTable {
  readonly #nodes = new Map<string, NamespaceNode>();
  /** Those that the configuration shows; empty for all. */
  readonly #shown: ReadonlySet<string>;

  /** @param shown names of the namespaces to show; empty for all */
  constructor(shown: readonly string[]) {
    this.#shown = new Set(shown.map((name) => wireLabel(name) ?? ""));
  }

  /** @param key the label in lower-case wire form */
  get(key: string): NamespaceNode | undefined {
    return this.#nodes.get(key);
  }

  /** Whether the configuration shows a namespace, which need not be known: an API server is asked for those alone that it shows. */
  isShown(key: string): boolean {
    return this.#shown.size === 0 || this.#shown.has(key);
  }

  all(): Iterable<NamespaceNode> {
    return this.#nodes.values();
  }

  /** @returns whether that is new. */
  put(name: string, exists: boolean): boolean {
    const key = wireLabel(name);
    if (key === undefined) return false;
    const namespace = this.#node(key);
    const isChanged = namespace.exists !== exists;
    namespace.exists = exists;
    this.#drop(namespace);
    return isChanged;
  }

  /** The namespace, for something more that hangs on it. */
  hold(key: string): NamespaceNode {
    const namespace = this.#node(key);
    namespace.nodes++;
    return namespace;
  }

  release(namespace: NamespaceNode): void {
    namespace.nodes--;
    this.#drop(namespace);
  }

  #node(key: string): NamespaceNode {
    const known = this.#nodes.get(key);
    if (known) return known;
    const namespace: NamespaceNode = {
      key,
      isConfigured: this.isShown(key),
      exists: false,
      nodes: 0,
    };
    this.#nodes.set(key, namespace);
    return namespace;
  }

  #drop(namespace: NamespaceNode): void {
    if (!namespace.exists && namespace.nodes === 0) this.#nodes.delete(namespace.key);
  }
}
