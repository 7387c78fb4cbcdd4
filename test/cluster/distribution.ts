import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument } from "../documents/readme.ts";
import { ROOT } from "../run-portolan.ts";
import type { ApiClient } from "./api-client.ts";
import type { KubernetesObject, ObjectReference } from "./kubernetes-object.ts";
import { referenceTo } from "./kubernetes-object.ts";
import { parseManifests } from "./load-manifests.ts";

/** One way of docs/distributions: the shell blocks that lead there, and back. */
export interface Way {
  readonly page: string;
  readonly title: string;
  readonly there: readonly string[];
  readonly back: readonly string[];
}

export function waysOf(page: string): Way[] {
  const [, ...sections] = readDocument(`docs/distributions/${page}.md`).split(/^## /m);
  const ways = sections.map((text) => {
    const parts = text.split(/^### /m);
    const blocksOf = (title: string): string[] =>
      shellBlocks(parts.find((part) => part.startsWith(`${title}\n`)) ?? "");
    const title = text.slice(0, text.indexOf("\n"));
    return { page, title, there: blocksOf("There"), back: blocksOf("Back") };
  });
  return ways.filter(({ there }) => there.length > 0);
}

export function shellBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/```sh\n(.*?)```/gs)].map(([, text = ""]) => text);
}

/** What a distribution has beside what is audited, so that commands find it. */
const MORE: Readonly<Record<string, string>> = {
  kubeadm: `apiVersion: v1
kind: ConfigMap
metadata: {name: kubeadm-config, namespace: kube-system}
data:
  ClusterConfiguration: |
    apiVersion: kubeadm.k8s.io/v1beta4
    controllerManager: {}
    dns: {}
    kind: ClusterConfiguration
`,
  gke: scaler("kube-dns-autoscaler"),
  kubespray: scaler("dns-autoscaler"),
};

function scaler(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: kube-system}
spec:
  replicas: 1
  selector: {matchLabels: {k8s-app: ${name}}}
  template:
    metadata: {labels: {k8s-app: ${name}}}
    spec: {containers: [{name: autoscaler, image: "autoscaler:1"}]}
`;
}

/** k3s has one replica; all others two. */
const REPLICAS: Readonly<Record<string, number>> = { k3s: 1 };

/** Its recorded objects, with an address that the API server of the tests gives. */
export function objectsOf(page: string): KubernetesObject[] {
  const yaml = recordedAs(page).replaceAll(/clusterIP: .*/g, "clusterIP: 10.96.0.10");
  const objects = parseManifests(yaml).map((object) => {
    if (object.kind !== "Deployment") return object;
    const spec = { ...(object["spec"] as object), replicas: REPLICAS[page] ?? 2 };
    return { ...object, spec };
  });
  const servers =
    page === "nodelocal" ? objectsOf("kubeadm").filter(({ kind }) => kind === "Deployment") : [];
  return [...objects, ...servers, ...parseManifests(MORE[page] ?? "")];
}

/** By `kubectl apply`: as kubeadm has them, and one label more, as in the repository coredns/deployment. */
function recordedAs(page: string): string {
  const name = page === "manifest" ? "kubeadm" : page;
  const recorded = readFileSync(join(ROOT, `test/testdata/audit/${name}.yaml`), "utf8");
  if (name === page) return recorded;
  return recorded.replaceAll(
    /((?:matchLabels|selector|template:\n {4}metadata:\n {6}labels):\n( +))(k8s-app: kube-dns)/g,
    "$1$3\n$2app.kubernetes.io/name: coredns",
  );
}

const RKE2 = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "kube-system",
  name: "rke2-coredns-rke2-coredns",
} as const;

/** What owners do by themselves, as their documents say, after each block of commands. */
export const OWNERS: Readonly<Record<string, (client: ApiClient) => Promise<void>>> = {
  // Also, kubectl refuses to restart pods a second time within a second; a restart is an annotation, which goes here.
  aks: async (client) => {
    const deployment = objectsOf("aks").find(({ kind }) => kind === "Deployment");
    if (deployment) await client.put(deployment);
  },
  rke2: async (client) => {
    const config = { apiVersion: "helm.cattle.io/v1", kind: "HelmChartConfig" };
    const found = await client.find({ ...RKE2, ...config, name: "rke2-coredns" });
    const { valuesContent = "" } = (found?.["spec"] ?? {}) as { valuesContent?: string };
    const replicas = valuesContent.includes("replicaCount: 0") ? 0 : 2;
    const service = objectsOf("rke2").find(({ kind }) => kind === "Service");
    const { selector } = (service?.["spec"] ?? {}) as { selector?: object };
    const chosen = valuesContent.includes("selector:") ? { "k8s-app": "kube-dns" } : selector;
    const path = "/spec/selector";
    const reference = { ...RKE2, apiVersion: "v1", kind: "Service" };
    await client.patch(reference, [{ op: "replace", path, value: chosen }], "json");
    await client.patch(RKE2, { spec: { replicas } });
  },
  openshift: async (client) => {
    const dns = await client.get(OPENSHIFT_DNS);
    if ((dns["spec"] as { managementState?: string }).managementState !== "Managed") return;
    const daemonSet = objectsOf("openshift").find(({ kind }) => kind === "DaemonSet");
    if (daemonSet) await client.put(daemonSet);
  },
};

export const OPENSHIFT_DNS: ObjectReference = {
  apiVersion: "operator.openshift.io/v1",
  kind: "DNS",
  name: "default",
};

/** What of objects has to be as before, to the octet. */
export async function specsOf(
  client: ApiClient,
  objects: readonly KubernetesObject[],
): Promise<string> {
  const found = await Promise.all(objects.map((object) => client.get(referenceTo(object))));
  const specs = found.map(({ kind, metadata, spec, data }) => {
    return { kind, name: metadata.name, labels: metadata.labels, uid: metadata.uid, spec, data };
  });
  return JSON.stringify(specs);
}
