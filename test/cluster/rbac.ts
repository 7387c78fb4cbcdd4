import type { ApiClient } from "./api-client.ts";

export interface Rule {
  /** `""` is the core group. */
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const API_GROUP = "rbac.authorization.k8s.io";
const VERBS = ["get", "list", "watch"];

/** What a cluster DNS server reads. */
export const DNS_RULES: readonly Rule[] = [
  { apiGroups: [""], resources: ["services", "namespaces", "pods", "nodes"], verbs: VERBS },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: VERBS },
];

/** Allows a user just this, in the whole cluster: what it was allowed before by this function is gone. */
export async function allow(
  client: ApiClient,
  user: string,
  rules: readonly Rule[],
): Promise<void> {
  const name = `test:${user}`;
  const apiVersion = `${API_GROUP}/v1`;
  await client.put({ apiVersion, kind: "ClusterRole", metadata: { name }, rules });
  await client.put({
    apiVersion,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: API_GROUP, kind: "ClusterRole", name },
    subjects: [{ apiGroup: API_GROUP, kind: "User", name: user }],
  });
}
