import { createHash } from "node:crypto";
import type { Node } from "../../kube/cluster-source.ts";
import { CountedNames } from "../../cluster/counted-names.ts";
import { ancestorsOf, wireLabels } from "../../cluster/wire-labels.ts";
import type { NodesOptions } from "./parse.ts";

/** A node as DNS shows it. */
export interface ShownNode {
  readonly name: string;
  /** In lower-case wire form, without an end. */
  readonly labels: string;
  /** Those that are told. */
  readonly addresses: readonly string[];
  readonly ready: boolean;
}

/** The nodes of a cluster. */
export class NodeTable {
  readonly #options: Pick<NodesOptions, "addressTypes" | "notReady" | "max">;
  readonly #byName = new Map<string, ShownNode>();
  readonly #byLabels = new Map<string, ShownNode>();
  /** Node names may have dots in them. */
  readonly #above = new CountedNames();

  constructor(options: Pick<NodesOptions, "addressTypes" | "notReady" | "max">) {
    this.#options = options;
  }

  get(labels: string): ShownNode | undefined {
    return this.#byLabels.get(labels);
  }

  /** Whether there are nodes below the name. */
  hasBelow(labels: string): boolean {
    return this.#above.has(labels);
  }

  /** What a node would be shown as; undefined if its name is none for DNS. */
  shown({ name, internalIPs, externalIPs, ready }: Node): ShownNode | undefined {
    const labels = wireLabels(name);
    if (labels === undefined) return undefined;
    const of = { internal: internalIPs, external: externalIPs };
    const addresses = [...new Set(this.#options.addressTypes.flatMap((type) => of[type]))];
    return { name, labels, addresses, ready };
  }

  find(name: string): ShownNode | undefined {
    return this.#byName.get(name);
  }

  /** @param node undefined if there is none of that name any more */
  put(name: string, node: ShownNode | undefined): void {
    const old = this.#byName.get(name);
    if (old) {
      this.#byName.delete(name);
      this.#byLabels.delete(old.labels);
      for (const labels of ancestorsOf(old.labels)) this.#above.delete(labels);
    }
    if (!node) return;
    this.#byName.set(name, node);
    this.#byLabels.set(node.labels, node);
    for (const labels of ancestorsOf(node.labels)) this.#above.add(labels);
  }

  /**
   * Where a Service is reached: nodes that are ready, or all of them if none is, for a control plane that has
   * lost sight of its nodes says nothing about them. Of more than fit, each Service names others.
   *
   * @param isFor whether the Service is to be reached at a node
   */
  placesOf(service: string, isFor: (node: ShownNode) => boolean): readonly ShownNode[] {
    const { notReady, max } = this.#options;
    const all = [...this.#byName.values()].filter(
      (node) => node.addresses.length > 0 && isFor(node),
    );
    const ready = notReady ? all : all.filter((node) => node.ready);
    const chosen = ready.length > 0 ? ready : all;
    if (chosen.length <= max) return chosen;
    const drawn = chosen.map((node) => ({ node, lot: lotOf(service, node) }));
    return drawn
      .toSorted((a, b) => (a.lot < b.lot ? -1 : 1))
      .slice(0, max)
      .map(({ node }) => node);
  }
}

/** The same as long as both are there: a node that comes or goes changes one place at most. */
function lotOf(service: string, { name }: ShownNode): string {
  return createHash("md5").update(`${service}/${name}`).digest("hex");
}
