import type {
  ClusterObject,
  ClusterStore,
  Kind,
  ObjectKey,
} from "../../src/kube/cluster-source.ts";
import { plugins } from "../../src/plugins/index.ts";
import { Kubernetes } from "../../src/plugins/kubernetes/kubernetes.ts";
import { parseKubernetes } from "../../src/plugins/kubernetes/parse.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import type { PluginOrder } from "../../src/server/plugin-order.ts";

/** A cluster that a test changes, and the plugins with which a server follows it. */
export class ChangingCluster {
  #sink: ClusterStore | undefined;

  /** All plugins, with `kubernetes` reading this cluster. */
  readonly plugins: PluginOrder = plugins.map((plugin) =>
    typeof plugin !== "string" && plugin.name === "kubernetes" ? this.#kubernetes() : plugin,
  );

  upsert(object: ClusterObject): void {
    this.#sink?.upsert(object);
  }

  remove(kind: Kind, key: ObjectKey): void {
    this.#sink?.remove(kind, key);
  }

  synced(...kinds: readonly Kind[]): void {
    for (const kind of kinds) this.#sink?.synced(kind);
  }

  #kubernetes(): ReturnType<typeof definePlugin> {
    return definePlugin({
      name: "kubernetes",
      parse: parseKubernetes,
      create: (options, context) =>
        new Kubernetes(options, context, {
          localAddresses: ["192.0.2.53"],
          now: Date.now,
          source: {
            start: async (sink) => {
              this.#sink = sink;
            },
            stop: async () => {},
          },
        }),
    });
  }
}
