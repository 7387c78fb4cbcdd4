import type { Configuration } from "../server/configuration.ts";
import type { ClusterState } from "../server/contract/cluster-view.ts";
import { clusterView } from "../server/contract/cluster-view.ts";
import type { NamedInstance } from "../server/contract/plugin.ts";

export type HealthLevel = "failing" | "warning" | "note";

export interface HealthReason {
  readonly code: string;
  readonly level: HealthLevel;
  /** Since when it is so, in Unix time; null where nobody knows. */
  readonly sinceMs: number | null;
  readonly text: string;
}

export interface Health {
  readonly level: HealthLevel | "fine";
  readonly sentence: string;
  /** The worst first. */
  readonly reasons: readonly HealthReason[];
}

const WORST_FIRST: readonly HealthLevel[] = ["failing", "warning", "note"];
const MAX_REASONS = 20;

/** One sentence on how the server is, and the reasons for it. */
export function health({ instances }: Pick<Configuration, "instances">): Health {
  const all = instances.flatMap(reasonsOf);
  const reasons = WORST_FIRST.flatMap((level) => all.filter((one) => one.level === level));
  const [first] = reasons;
  return {
    level: first?.level ?? "fine",
    sentence: first?.text ?? "All is ready",
    reasons: reasons.slice(0, MAX_REASONS),
  };
}

function reasonsOf({ plugin, instance }: NamedInstance): HealthReason[] {
  const [view] = clusterView.among(instance.offers ?? []);
  const state = view?.state();
  const text = instance.notReady?.();
  if (text !== undefined) {
    const sinceMs = state?.sinceMs ?? null;
    const sentence = `plugin/${plugin} is not ready: ${text}`;
    return [
      { code: state ? "not-synced" : "not-ready", level: "failing", sinceMs, text: sentence },
    ];
  }
  return state ? ofCluster(plugin, state) : [];
}

/** Names of the cluster are answered, but perhaps not as they are now. */
function ofCluster(
  plugin: string,
  { trouble, awaySinceMs, savedAtMs }: ClusterState,
): HealthReason[] {
  const reasons: HealthReason[] = [];
  if (trouble !== undefined) {
    const text = `plugin/${plugin} does not hear of changes, the last state is served: ${trouble}`;
    reasons.push({ code: "api-away", level: "warning", sinceMs: awaySinceMs ?? null, text });
  }
  if (savedAtMs !== undefined) {
    const text = `plugin/${plugin} serves a snapshot of ${new Date(savedAtMs).toISOString()}`;
    reasons.push({ code: "snapshot", level: "note", sinceMs: savedAtMs, text });
  }
  return reasons;
}
