import type { ClusterState } from "../../server/contract/cluster-view.ts";
import type { Finding, Seen } from "../finding.ts";
import { commands } from "./commands.ts";

/** What says that something is not there, as far as is known. */
const MISSING = new Set([
  "no-namespace",
  "no-service",
  "headless-without-endpoint",
  "cluster-ip-without-endpoint",
  "no-endpoint-name",
  "no-port",
  "no-pod",
  "address-of-nobody",
]);

/** Why what is known of the cluster may not be so any more; nothing if it is as of now. */
export function agesOf(state: ClusterState | undefined): readonly string[] {
  const { awaySinceMs, savedAtMs } = state ?? {};
  if (savedAtMs !== undefined) {
    return [`the cluster is known from a snapshot of ${timeText(savedAtMs)}, and no later`];
  }
  if (awaySinceMs === undefined) return [];
  return [
    `the API server has been away since ${timeText(awaySinceMs)}: what was made or changed since then is not known`,
  ];
}

/**
 * A cause, where the cluster is not known as it is now. What is missing and near to nothing that is there may be newer than what is
 * known: that is a cause of its own. A misspelt name stays one.
 */
export function withAge(finding: Finding, { facts, state }: Seen): Finding {
  const ages = facts ? agesOf(state) : [];
  if (!facts || ages.length === 0) return finding;
  const evidence = [...finding.evidence, ...ages];
  const hasHint =
    facts.elsewhere.length > 0 ||
    facts.nearestNamespace !== undefined ||
    facts.nearestService !== undefined;
  if (!MISSING.has(finding.code) || hasHint) return { ...finding, evidence };
  return {
    ...finding,
    code: "cluster-out-of-date",
    sentence: `${finding.sentence}, as far as is known: ${ages.join("; ")}`,
    evidence: finding.evidence,
    next: [commands.apiServer(), ...finding.next],
  };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
