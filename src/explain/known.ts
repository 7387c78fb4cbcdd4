import type { Name } from "../dns/name.ts";
import type { Configuration } from "../server/configuration.ts";
import type { ClusterObjects } from "../server/contract/cluster-objects.ts";
import { clusterObjects } from "../server/contract/cluster-objects.ts";
import type { ClusterFacts, ClusterView } from "../server/contract/cluster-view.ts";
import { clusterView } from "../server/contract/cluster-view.ts";

/** A cluster: what is known of it, and who looks at its objects. */
export interface Known {
  readonly view: ClusterView;
  readonly objects: ClusterObjects | undefined;
}

export function knownOf({ instances }: Configuration): Known[] {
  return instances.flatMap(({ instance: { offers = [] } }) => {
    const [objects] = clusterObjects.among(offers);
    return clusterView.among(offers).map((view) => ({ view, objects }));
  });
}

/** What is known of a name, and who knows it. */
export function knowing(
  name: Name,
  known: readonly Known[],
): Partial<Known> & { readonly facts?: ClusterFacts } {
  for (const { view, objects } of known) {
    const facts = view.factsOf(name);
    if (facts) return { view, objects, facts };
  }
  return {};
}
