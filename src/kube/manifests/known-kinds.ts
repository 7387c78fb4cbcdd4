import { nearestName } from "../../text/nearest-name.ts";

/** API groups of Kubernetes itself; all others are somebody's own, with kinds of any name. */
const GROUPS: ReadonlySet<string> = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "multicluster.x-k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/** Kinds of these groups, Kubernetes 1.36 and before, that DNS needs nothing of; a kind's list is known with it. */
const OTHER_KINDS: ReadonlySet<string> = new Set(
  `
  APIGroup APIResource APIService APIVersions Binding CSIDriver CSINode CSIStorageCapacity CertificateSigningRequest
  ClusterRole ClusterRoleBinding ClusterTrustBundle ComponentStatus ConfigMap ControllerRevision CronJob
  CustomResourceDefinition DaemonSet DeleteOptions Deployment DeviceClass DeviceTaintRule Event Eviction FlowSchema
  HorizontalPodAutoscaler IPAddress IngressClass Job Lease LeaseCandidate LimitRange List LocalSubjectAccessReview
  MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration NetworkPolicy
  PersistentVolume PersistentVolumeClaim PodCertificateRequest PodDisruptionBudget PodGroup PodSchedulingContext
  PodSecurityPolicy PodTemplate PriorityClass PriorityLevelConfiguration ReplicaSet ReplicationController ResourceClaim
  ResourceClaimParameters ResourceClaimTemplate ResourceClass ResourceClassParameters ResourcePoolStatusRequest
  ResourceQuota ResourceSlice Role RoleBinding RuntimeClass Scale Secret SelfSubjectAccessReview SelfSubjectReview
  SelfSubjectRulesReview ServiceAccount ServiceCIDR ServiceExport StatefulSet Status StorageClass StorageVersion
  StorageVersionMigration SubjectAccessReview TokenRequest TokenReview ValidatingAdmissionPolicy
  ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass Workload
  `
    .trim()
    .split(/\s+/),
);

/** What is odd about a document that DNS would otherwise pass over. */
export interface Oddity {
  readonly field: "kind" | "apiVersion";
  readonly reason: string;
  /** Whether one of the kinds that DNS needs was meant: then the file is broken. */
  readonly isMeant: boolean;
}

/**
 * Whether somebody has mistyped what DNS would need. Kinds and groups that others define pass.
 *
 * @param expected kinds that are read, with the versions of each, the usual one first
 */
export function oddityOf(
  kind: string,
  apiVersion: string,
  expected: ReadonlyMap<string, readonly string[]>,
): Oddity | undefined {
  const versions = expected.get(kind);
  if (versions) return wrongVersion(kind, apiVersion, versions);
  const single = kind.replace(/List$/, "");
  if (OTHER_KINDS.has(kind) || OTHER_KINDS.has(single) || expected.has(single)) return undefined;
  if (!GROUPS.has(groupOf(apiVersion))) return undefined;
  const nearest = nearestName(kind, [...expected.keys(), ...OTHER_KINDS]);
  return {
    field: "kind",
    reason: `is no kind of Kubernetes${nearest === undefined ? "" : `: did you mean "${nearest}"?`}`,
    isMeant: nearest !== undefined && expected.has(nearest),
  };
}

function wrongVersion(
  kind: string,
  apiVersion: string,
  versions: readonly string[],
): Oddity | undefined {
  const group = groupOf(apiVersion);
  const ofGroup = versions.find((version) => groupOf(version) === group);
  const nearest = ofGroup ?? nearestName(apiVersion, versions);
  if (nearest === undefined && !GROUPS.has(group)) return undefined;
  const hint = nearest === undefined ? `expected "${versions[0]}"` : `did you mean "${nearest}"?`;
  return { field: "apiVersion", reason: `has no kind ${kind}: ${hint}`, isMeant: true };
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
