import type { AuditedObject } from "./audited-object.ts";
import { fieldAt, fieldsOf, listOf, textsAt } from "./audited-object.ts";

/** Who puts an object back as it was, how one sees that, and what to do about it. */
export interface Owner {
  readonly name: string;
  /** What it does with changes, and what keeps it from that. */
  readonly needs: string;
  owns(object: AuditedObject): boolean;
}

const label = (object: AuditedObject, name: string): string =>
  textsAt(object.value, "metadata", "labels")[name] ?? "";
const hasMark = (object: AuditedObject, pattern: RegExp): boolean => {
  const { labels, annotations } = fieldsOf(fieldAt(object.value, "metadata"));
  return [...Object.keys(fieldsOf(labels)), ...Object.keys(fieldsOf(annotations))].some((name) =>
    pattern.test(name),
  );
};

/** The first that owns an object counts. */
export const OWNERS: readonly Owner[] = [
  {
    name: "OpenShift's DNS operator",
    needs:
      'it puts back what is changed at once; for a trial alone: oc patch dns.operator.openshift.io default --type merge -p \'{"spec":{"managementState":"Unmanaged"}}\', which stops upgrades of the cluster',
    owns: (object) =>
      object.namespace === "openshift-dns" || hasMark(object, /^dns\.operator\.openshift\.io\//),
  },
  {
    name: "RKE2",
    needs:
      "it takes changes by a HelmChartConfig alone: in rke2-coredns set service.selector to {k8s-app: kube-dns}, install Portolan, then set autoscaler.enabled: false and replicaCount: 0",
    owns: (object) =>
      label(object, "helm.sh/chart").startsWith("rke2-coredns") ||
      object.name.startsWith("rke2-coredns"),
  },
  {
    name: "k3s",
    needs:
      "its manifest is written anew at every start: first touch /var/lib/rancher/k3s/server/manifests/coredns.yaml.skip on each server (not --disable, which deletes the Service)",
    owns: (object) =>
      hasMark(object, /^objectset\.rio\.cattle\.io\//) ||
      "NodeHosts" in textsAt(object.value, "data"),
  },
  {
    name: "EKS",
    needs:
      "as an add-on it may be put back by its updates: aws eks describe-addon --cluster-name CLUSTER --addon-name coredns; if there is one, turn its autoscaling off and delete it with --preserve",
    owns: (object) => label(object, "eks.amazonaws.com/component") === "coredns",
  },
  {
    name: "AKS",
    needs:
      'it puts back what is changed: only coredns-custom is yours; a "*.server" key there can forward zones to Portolan',
    owns: (object) =>
      label(object, "kubernetes.azure.com/managedby") === "aks" ||
      (textsAt(object.value, "data")["Corefile"] ?? "").includes("internal.cloudapp.net"),
  },
  {
    name: "GKE",
    needs:
      "kube-dns-autoscaler brings kube-dns back: scale deployment/kube-dns-autoscaler to 0 first, then deployment/kube-dns",
    owns: (object) =>
      ["Deployment", "ConfigMap"].includes(object.kind) && object.name === "kube-dns",
  },
  {
    name: "kops",
    needs:
      "it applies its addon at each update: name the image in spec.kubeDNS.coreDNSImage (kops edit cluster), or scale coredns-autoscaler to 0 first",
    owns: (object) =>
      label(object, "app.kubernetes.io/managed-by") === "kops" ||
      hasMark(object, /^addon\.kops\.k8s\.io\//),
  },
  {
    name: "kubespray",
    needs:
      "each run of its play puts CoreDNS back: set coredns_image_repo and coredns_image_tag, or dns_mode: manual with manual_dns_server",
    owns: (object) =>
      object.name === "nodelocaldns" ||
      (object.kind === "Service" && object.name === "coredns" && !isOfHelm(object)),
  },
  {
    name: "Helm",
    needs:
      "its next upgrade puts CoreDNS back: upgrade the release itself with its values, helm upgrade RELEASE deploy/helm/portolan --set compatibility=coredns, which keeps names and selectors",
    owns: (object) => isOfHelm(object),
  },
  {
    name: "Talos",
    needs:
      "upgrade-k8s applies its manifests: name the image in KubeCoreDNSConfig, or set enabled: false once the Service is Portolan's",
    owns: (object) => variablesOf(object).includes("GOMEMLIMIT"),
  },
  {
    name: "kubeadm",
    needs:
      "each kubeadm upgrade puts CoreDNS back: set dns.disabled: true in the ClusterConfiguration of ConfigMap kubeadm-config",
    owns: (object) =>
      object.kind === "Deployment" &&
      object.name === "coredns" &&
      label(object, "k8s-app") === "kube-dns",
  },
];

function isOfHelm(object: AuditedObject): boolean {
  return (
    label(object, "app.kubernetes.io/managed-by") === "Helm" ||
    hasMark(object, /^meta\.helm\.sh\/|^helm\.sh\/chart$/)
  );
}

function variablesOf({ value }: AuditedObject): string[] {
  const containers = listOf(fieldAt(value, "spec", "template", "spec", "containers"));
  return containers.flatMap((container) =>
    listOf(fieldAt(container, "env")).map((one) => String(fieldAt(one, "name"))),
  );
}

/** The owner that most of the marks are of: the first in the list that owns any of the objects. */
export function ownerOf(
  objects: readonly AuditedObject[],
): { owner: Owner; by: AuditedObject } | undefined {
  for (const owner of OWNERS) {
    const owned = objects.filter((object) => owner.owns(object));
    const by = owned.find(({ kind }) => kind === "Deployment" || kind === "DaemonSet") ?? owned[0];
    if (by) return { owner, by };
  }
  return undefined;
}
