import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readDocument } from "../documents/readme.ts";
import { ROOT } from "../run-portolan.ts";
import type { ApiClient } from "./api-client.ts";
import { namespaceOf } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import { OWNERS, OPENSHIFT_DNS, objectsOf, shellBlocks, specsOf, waysOf } from "./distribution.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { referenceTo } from "./kubernetes-object.ts";
import { loadObjects } from "./load-manifests.ts";
import { OperatorShell } from "./operator-shell.ts";
import { withControllers } from "./stand-in-controllers.ts";

const PAGES = readdirSync(join(ROOT, "docs/distributions")).map((file) => basename(file, ".md"));
const NAMESPACES = ["kube-system", "openshift-dns", "portolan-dev"];
const OURS = "images.example/portolan:0.1.0";
/** Where Portolan is to be the only one at the end; elsewhere it stays beside CoreDNS. */
const BESIDE = ["aks", "nodelocal"];

let plane: ControlPlane;
let client: ApiClient;
let shell: OperatorShell;

beforeAll(async () => {
  plane = await ControlPlane.start();
  client = plane.client();
  shell = new OperatorShell(plane.kubeconfig());
  await client.apply(kindOf("helm.cattle.io", "HelmChartConfig", "Namespaced"));
  await client.apply(kindOf("operator.openshift.io", "DNS", "Cluster", "dnses"));
  await client.apply(namespaceOf("openshift-dns"));
  const dns = { apiVersion: "operator.openshift.io/v1", kind: "DNS" };
  await plane.apiServer.until(
    "has OpenShift's kind",
    async () => {
      const put = client.put({ ...dns, metadata: { name: "default" }, spec: {} });
      return put.then(() => true as const).catch(() => undefined);
    },
    30_000,
  );
});
afterAll(async () => {
  shell.end();
  await plane.stop();
});
afterEach(async () => {
  for (const kind of ["Deployment", "DaemonSet"]) await clear("apps/v1", kind);
  for (const kind of ["Service", "ConfigMap"]) await clear("v1", kind);
  await client.put({ ...OPENSHIFT_DNS, metadata: { name: "default" }, spec: {} });
});

function kindOf(
  group: string,
  kind: string,
  scope: string,
  plural = `${kind.toLowerCase()}s`,
): KubernetesObject {
  const schema = {
    openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}

async function clear(apiVersion: string, kind: string): Promise<void> {
  for (const namespace of NAMESPACES) {
    const { items } = await client.list({ apiVersion, kind, namespace });
    for (const { metadata } of items) {
      // The API server's own.
      if (/kube-root-ca|apiserver/.test(metadata.name)) continue;
      await client.delete({ apiVersion, kind, namespace, name: metadata.name });
    }
  }
}

interface Workload extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly { readonly image: string }[] };
    };
  };
}

/** Images of the pods that a Service sends queries to. */
async function imagesBehind(service: KubernetesObject): Promise<string[]> {
  const { metadata, spec } = await client.get(referenceTo(service));
  const { selector } = spec as { selector: Readonly<Record<string, string>> };
  const { namespace } = metadata;
  const lists = ["Deployment", "DaemonSet"].map((kind) =>
    client.list({ apiVersion: "apps/v1", kind, namespace }),
  );
  const workloads = (await Promise.all(lists)).flatMap(({ items }) => items as Workload[]);
  const answering = workloads.filter(({ spec: { replicas = 1, template } }) => {
    const { labels } = template.metadata;
    return replicas > 0 && Object.entries(selector).every(([key, text]) => labels[key] === text);
  });
  return answering.map((one) => one.spec.template.spec.containers[0]?.image ?? "");
}

/** Of a Service, what its clients and its nodes know. */
async function knownOf(service: KubernetesObject): Promise<unknown> {
  const { metadata, spec } = await client.get(referenceTo(service));
  const { clusterIP, ports, type } = spec as Readonly<Record<string, unknown>>;
  return { uid: metadata.uid, clusterIP, ports, type };
}

describe.each(PAGES.flatMap(waysOf))("$page, $title", ({ page, there, back }) => {
  it("leads to Portolan and back behind one Service, which always has pods", async () => {
    const objects = objectsOf(page);
    await loadObjects(client, objects);
    const before = await specsOf(client, objects);
    const service = objects.find(({ kind }) => kind === "Service") as KubernetesObject;
    const known = await knownOf(service);
    const follow = async (blocks: readonly string[]): Promise<void> => {
      for (const commands of blocks) {
        await withControllers(client, shell.run(commands));
        await OWNERS[page]?.(client);
        expect(await knownOf(service)).toEqual(known);
        expect(await imagesBehind(service)).not.toEqual([]);
        const labelled = { labelSelector: "k8s-app=kube-dns" };
        const deployments = { apiVersion: "apps/v1", kind: "Deployment", namespace: "kube-system" };
        expect((await client.list(deployments, labelled)).items.length).toBeLessThan(2);
      }
    };
    await follow(there);
    const isAlone = (await imagesBehind(service)).every((image) => image === OURS);
    expect(isAlone).toBe(!BESIDE.includes(page));
    await follow(back);
    expect(await imagesBehind(service)).not.toContain(OURS);
    expect(await specsOf(client, objects)).toBe(before);
  });
});

it("the guide leads through an audit and a trial to a Portolan that is removed again", async () => {
  await loadObjects(client, objectsOf("kubeadm"));
  const [, ...sections] = readDocument("docs/migrate.md").split(/^##+ /m);
  const titles = sections.map((text) => text.slice(0, text.indexOf("\n")));
  const blocksOf = (title: string): string[] => shellBlocks(sections[titles.indexOf(title)] ?? "");
  const run = async (title: string): Promise<string> => {
    const said: string[] = [];
    for (const block of blocksOf(title)) {
      said.push(await withControllers(client, shell.run(block)));
    }
    return said.join("");
  };
  expect(await run("Audit")).toMatch(/: ok, 1 server block\n.*: ok, 1 server block\n/s);
  expect(await run("Try beside")).toContain('deployment "portolan-dev" successfully rolled out');
  expect(await run("Before")).toContain('{"k8s-app":"kube-dns"}');
  const [apply = ""] = waysOf("kubeadm")[0]?.there ?? [];
  await withControllers(client, shell.run(apply));
  await run("Verify");
  expect(await run("Back in two minutes")).toContain('deployment.apps "portolan" deleted');
  const service = objectsOf("kubeadm").find(({ kind }) => kind === "Service");
  expect(await imagesBehind(service as KubernetesObject)).toEqual([
    "registry.k8s.io/coredns/coredns:v1.14.6",
  ]);
  // The words of the guide that stand for one's own are set as the shell has them.
  expect(shellBlocks(sections[0] ?? "")).toEqual([]);
});

it("every page is reached from the guide", () => {
  const guide = readDocument("docs/migrate.md");
  for (const page of PAGES) expect(guide).toContain(`(distributions/${page}.md)`);
});
