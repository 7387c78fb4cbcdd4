import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "./api-client.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { referenceTo } from "./kubernetes-object.ts";

const PAUSE_MS = 30;

interface Rolled extends KubernetesObject {
  readonly metadata: KubernetesObject["metadata"] & { readonly generation: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly observedGeneration?: number };
}

/** While something waits for rollouts and for namespaces to go, says that they are done: no controller runs. */
export async function withControllers<T>(client: ApiClient, work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const settled = work.finally(() => (state.isDone = true));
  settled.catch(() => undefined);
  while (!state.isDone) {
    await finishRollouts(client);
    await endNamespaces(client);
    await sleep(PAUSE_MS);
  }
  return settled;
}

async function finishRollouts(client: ApiClient): Promise<void> {
  for (const kind of ["Deployment", "DaemonSet"]) {
    const { items } = await client.list({ apiVersion: "apps/v1", kind });
    for (const item of items) {
      const { metadata, spec, status = {} } = item as Rolled;
      const { generation } = metadata;
      if (status.observedGeneration === generation) continue;
      const reference = { ...referenceTo(item), apiVersion: "apps/v1", kind };
      const { replicas = 1 } = spec;
      const ready = kind === "Deployment" ? deploymentStatus(replicas) : DAEMON_SET_STATUS;
      await client.setStatus(reference, { observedGeneration: generation, ...ready }).catch(() => {
        // It has been deleted meanwhile.
      });
    }
  }
}

/** As the API server has them, one field for each count of pods. */
function deploymentStatus(replicas: number): Readonly<Record<string, number>> {
  return {
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
  };
}

const DAEMON_SET_STATUS: Readonly<Record<string, number>> = {
  currentNumberScheduled: 1,
  desiredNumberScheduled: 1,
  updatedNumberScheduled: 1,
  numberMisscheduled: 0,
  numberReady: 1,
  numberAvailable: 1,
};

async function endNamespaces(client: ApiClient): Promise<void> {
  const { items } = await client.list({ apiVersion: "v1", kind: "Namespace" });
  for (const { metadata } of items) {
    if (metadata["deletionTimestamp"] !== undefined) await client.deleteNamespace(metadata.name);
  }
}
