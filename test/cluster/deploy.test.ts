import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCorefile } from "../../src/corefile/corefile.ts";
import type { Directive } from "../../src/corefile/directive.ts";
import { plugins } from "../../src/plugins/index.ts";
import { checkCorefile } from "../../src/server/parsed-block.ts";
import { readAlertSource } from "../../deploy/alerts/files.ts";
import type { AlertGroup } from "../../deploy/alerts/render.ts";
import { alertGroups } from "../../deploy/alerts/render.ts";
import { ROOT } from "../run-portolan.ts";
import type { ApiClient } from "./api-client.ts";
import { ControlPlane } from "./control-plane.ts";
import { chartForAnyServer } from "./coredns-release.ts";
import { readModuleFile } from "./go-files.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { loadManifests } from "./load-manifests.ts";
import { CHART, helmTemplate, kustomize, kustomizeText, kustomizeWith, runHelm } from "./render.ts";
import { signToken } from "./service-account.ts";

const OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0";
const CRD_FOLDER = "example/prometheus-operator-crd/monitoring.coreos.com_";
/** As kubeadm makes it. */
const KUBE_DNS = readFileSync(join(import.meta.dirname, "testdata/kube-dns.yaml"), "utf8");
const VALUES = globSync("ci/*.yaml", { cwd: CHART }).toSorted();

let plane: ControlPlane;
let client: ApiClient;

beforeAll(async () => {
  plane = await ControlPlane.start();
  client = plane.client();
  for (const name of ["servicemonitors", "prometheusrules"]) {
    await loadManifests(client, readModuleFile(OPERATOR, `${CRD_FOLDER}${name}.yaml`));
  }
  const hasBoth = () => hasKinds("ServiceMonitor", "PrometheusRule");
  await plane.apiServer.until("has the operator's kinds", hasBoth, 30_000);
  for (const name of ["portolan-dev", "restricted"]) await client.apply(namespace(name));
  await loadManifests(client, KUBE_DNS);
});
afterAll(() => plane.stop());

/** Asks by hand: the client remembers the kinds of a group, and must not do so too early. */
async function hasKinds(...kinds: string[]): Promise<true | undefined> {
  const path = "/apis/monitoring.coreos.com/v1";
  const { status, body } = await client.send({ method: "GET", path });
  const { resources = [] } = status === 200 ? (body as { resources?: { kind: string }[] }) : {};
  return kinds.every((kind) => resources.some((resource) => resource.kind === kind)) || undefined;
}

function namespace(name: string): KubernetesObject {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** Has the API server check all of it; keeps nothing. */
async function expectAccepted(objects: readonly KubernetesObject[]): Promise<void> {
  expect(objects.length).toBeGreaterThan(0);
  for (const object of objects) {
    const answer = await client.apply(object, { dryRun: true });
    expect(answer.metadata.name).toBe(object.metadata.name);
  }
}

function find(objects: readonly KubernetesObject[], kind: string, name?: string): KubernetesObject {
  const found = objects.find((object) => {
    return object.kind === kind && (name === undefined || object.metadata.name === name);
  });
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

function kinds(objects: readonly KubernetesObject[]): string[] {
  return objects.map(({ kind }) => kind).toSorted();
}

function corefilesOf(objects: readonly KubernetesObject[]): string[] {
  return objects.flatMap(({ kind, data }) => {
    const { Corefile } = (kind === "ConfigMap" ? data : {}) as { Corefile?: string };
    return Corefile === undefined ? [] : [Corefile];
  });
}

function check(text: string): void {
  const blocks = parseCorefile(text, "Corefile", { env: {} });
  checkCorefile({ blocks, files: [], digest: "" }, plugins);
}

interface Shape {
  readonly line: string;
  readonly body: readonly Shape[];
}

/** What a Corefile says, without how it is laid out; options of a plugin have no order. */
function meaning(text: string): unknown {
  const shape = ({ name, args, body }: Directive): Shape => {
    const line = [name, ...args].map((token) => token.text).join(" ");
    return { line, body: body.map(shape).toSorted((a, b) => a.line.localeCompare(b.line)) };
  };
  return parseCorefile(text, "Corefile", { env: {} }).map(({ keys, directives }) => ({
    keys: keys.map((key) => key.at.text),
    directives: directives.map(shape),
  }));
}

describe("a real API server", () => {
  it.each([
    "base",
    "overlays/beside",
    "overlays/cluster",
    "overlays/dev",
    "overlays/k3s",
    "overlays/nodelocal",
    "overlays/rke2",
    "monitoring",
  ])("takes %s", async (folder) => {
    await expectAccepted(kustomize(folder));
  });

  it.each([
    "components/coredns-configmap",
    "components/existing-service",
    "components/multicluster",
    "components/pods-verified",
    "components/snapshot",
    "autoscaling/hpa",
    "autoscaling/proportional",
  ])("takes the base with %s", async (component) => {
    await expectAccepted(kustomizeWith([component]));
  });

  it.each(["", ...VALUES])("takes the chart with values %j", async (file) => {
    await expectAccepted(helmTemplate(file === "" ? [] : ["--values", join(CHART, file)]));
  });

  it("refuses what it does not know", async () => {
    const deployment = find(kustomize("base"), "Deployment");
    const spec = { ...(deployment["spec"] as object), replica: 2 };
    await expect(client.apply({ ...deployment, spec }, { dryRun: true })).rejects.toThrow(
      ".spec.replica: field not declared in schema",
    );
  });

  it.each([
    ["the base", () => kustomize("base")],
    ["the chart", () => helmTemplate([])],
  ])("lets the pods of %s into a restricted namespace", async (_, render) => {
    const pod = (spec: object): KubernetesObject => {
      const metadata = { name: "pod", namespace: "restricted" };
      return { apiVersion: "v1", kind: "Pod", metadata, spec };
    };
    const { template } = find(render(), "Deployment")["spec"] as { template: { spec: object } };
    await client.create(pod(template.spec), { dryRun: true });
    await expect(
      client.create(pod({ ...template.spec, securityContext: {}, hostNetwork: true }), {
        dryRun: true,
      }),
    ).rejects.toThrow("violates PodSecurity");
  });
});

describe("components", () => {
  it("grant no more than they say", () => {
    const rules = (components: string[]): unknown[] => {
      return find(kustomizeWith(components), "ClusterRole", "portolan")["rules"] as unknown[];
    };
    const base = rules([]);
    const verbs = ["list", "watch"];
    const pods = { apiGroups: [""], resources: ["pods"], verbs };
    const imports = { apiGroups: ["multicluster.x-k8s.io"], resources: ["serviceimports"], verbs };
    expect(base).toHaveLength(2);
    expect(rules(["components/pods-verified"])).toEqual([...base, pods]);
    expect(rules(["components/pods-verified", "components/multicluster"])).toEqual([
      ...base,
      pods,
      imports,
    ]);
  });

  it("read CoreDNS's Corefile where it is", () => {
    const objects = kustomizeWith(["components/coredns-configmap"]);
    expect(kinds(objects)).not.toContain("ConfigMap");
    expect(JSON.stringify(find(objects, "Deployment"))).toContain(
      '"volumes":[{"configMap":{"name":"coredns"},"name":"config"}',
    );
  });

  it("leave the Service to whoever made it", () => {
    for (const folder of ["overlays/beside", "overlays/k3s", "overlays/rke2"]) {
      expect(kinds(kustomize(folder))).toEqual(
        kinds(kustomize("base")).filter((kind) => !["ConfigMap", "Service"].includes(kind)),
      );
    }
  });

  it("leave the number of replicas to whoever scales", () => {
    const replicas = (components: string[]): unknown => {
      const { spec } = find(kustomizeWith(components), "Deployment", "portolan");
      return (spec as { replicas?: number }).replicas;
    };
    expect(replicas([])).toBe(2);
    expect(replicas(["autoscaling/hpa"])).toBeUndefined();
    expect(replicas(["autoscaling/proportional"])).toBeUndefined();
  });
});

describe("the overlay for nodes", () => {
  it("has another ClusterIP and image by the overlay that docs/node-local.md shows", () => {
    const page = readFileSync(join(ROOT, "docs/node-local.md"), "utf8");
    const [, shown = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const theirs = "../portolan/deploy/kubernetes/overlays/nodelocal";
    expect(shown).toContain(theirs);
    const objects = kustomizeText((path) => shown.replace(theirs, path("overlays/nodelocal")));
    const changed = JSON.stringify(find(objects, "DaemonSet"));
    expect(changed).toContain('"args":["-localip","169.254.20.10,10.43.0.10","-conf"');
    expect(changed).toContain('"image":"images.example/portolan-node-cache:');
  });

  it("asks a Service that selects the cluster's DNS, by the name in its arguments", () => {
    const objects = kustomize("overlays/nodelocal");
    const { spec } = find(objects, "Service", "kube-dns-upstream");
    expect(spec).toMatchObject({ selector: { "k8s-app": "kube-dns" } });
    expect(JSON.stringify(find(objects, "DaemonSet"))).toContain(
      '"-upstreamsvc","kube-dns-upstream"',
    );
  });
});

describe("the chart", () => {
  const kubeadm = readFileSync(join(ROOT, "src/corefile/testdata/kubeadm.Corefile"), "utf8");

  it("has kubeadm's Corefile unless told otherwise", () => {
    const [corefile = ""] = corefilesOf(helmTemplate([]));
    expect(() => check(corefile)).not.toThrow();
    expect(meaning(corefile)).toEqual(meaning(kubeadm));
    expect(meaning(corefile)).not.toEqual(meaning(kubeadm.replace("ttl 30", "ttl 5")));
  });

  it.each(VALUES)("makes a Corefile that is understood of %s", (file) => {
    const corefiles = corefilesOf(helmTemplate(["--values", join(CHART, file)]));
    expect(corefiles).toHaveLength(file.includes("configmap") ? 0 : 1);
    for (const corefile of corefiles) expect(() => check(corefile)).not.toThrow();
  });

  it("changes of a plugin what a values file names, and nothing else", () => {
    const objects = helmTemplate(["--values", join(CHART, "ci/servers-values.yaml")]);
    const [corefile = ""] = corefilesOf(objects);
    const expected = kubeadm
      .replace("pods insecure", "pods verified")
      .replace("ttl 30\n", "")
      .replace("loop\n", "")
      .replace("loadbalance", "loadbalance\nlog")
      .replace("cache 30 {", "cache 30 {\nprefetch 10 1m")
      .replace(
        "forward .",
        "forward corp.example 10.0.0.10 10.0.0.11 {\nforce_tcp\npolicy sequential\n}\nforward .",
      );
    const extra = "example.org:1053 10.1.0.0/16:1053 {\nerrors\nwhoami\n}\n";
    expect(meaning(corefile)).toEqual(meaning(`${expected}\n${extra}`));
    expect(JSON.stringify(find(objects, "ClusterRole")["rules"])).toContain('"pods"');
  });

  it("has the base's objects, rights and ports", () => {
    const base = kustomize("base");
    const chart = helmTemplate([]);
    expect(kinds(chart)).toEqual(kinds(base));
    for (const [kind, field] of Object.entries({ ClusterRole: "rules", Service: "spec" })) {
      expect(find(chart, kind)[field]).toEqual(find(base, kind)[field]);
    }
  });

  it.each([
    ["image.tag=latest", "at '/image/tag'"],
    ["replicas=3", 'unknown key "replicas": did you mean "replicaCount"?'],
    ["servers.cluster.plugins.cache.parameter=3", "additional properties 'parameter' not allowed"],
    ["servers.cluster.port=0", "at '/servers/cluster/port'"],
    ["servers.cluster=null", "nothing to serve"],
    ["autoscaling.enabled=true,proportionalAutoscaler.enabled=true", "exclude each other"],
    ["serviceMonitor.enabled=true,endpoints.metrics=0", "serviceMonitor needs"],
  ])("refuses %s", (setting, message) => {
    expect(() => helmTemplate(["--set", setting])).toThrow(message);
  });

  it("takes over the Service, and leaves it behind", async () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      namespace: "kube-system",
      name: "kube-dns",
    };
    const { uid } = (await client.get(service)).metadata;
    const target = ["--namespace", "kube-system", "--kubeconfig", plane.kubeconfig()];
    runHelm([
      "install",
      "portolan",
      chartForAnyServer(plane.folder),
      "--take-ownership",
      ...target,
    ]);
    const taken = await client.get(service);
    expect(taken).toMatchObject({
      metadata: { uid, annotations: { "meta.helm.sh/release-name": "portolan" } },
      spec: { clusterIP: "10.96.0.10", selector: { "k8s-app": "kube-dns" } },
    });
    const deployment = { ...service, apiVersion: "apps/v1", kind: "Deployment", name: "portolan" };
    expect(await client.find(deployment)).toBeDefined();
    runHelm(["uninstall", "portolan", ...target]);
    expect(await client.find(deployment)).toBeUndefined();
    expect((await client.get(service)).metadata.uid).toBe(uid);
  });
});

describe("the overlay for a cluster", () => {
  it("keeps the Service, and lets the pods read what they need and nothing else", async () => {
    for (const object of kustomize("overlays/cluster")) await client.apply(object);
    const service = {
      apiVersion: "v1",
      kind: "Service",
      namespace: "kube-system",
      name: "kube-dns",
    };
    expect(await client.get(service)).toMatchObject({ spec: { clusterIP: "10.96.0.10" } });
    const account = { namespace: "kube-system", name: "portolan" };
    const token = await signToken(client, account, plane.serviceAccountKey, 600);
    const pod = plane.client({ token });
    for (const kind of ["Service", "Namespace"]) {
      expect((await pod.list({ apiVersion: "v1", kind })).items).not.toHaveLength(0);
    }
    const slices = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" };
    await expect(pod.list(slices)).resolves.toHaveProperty("items");
    for (const kind of ["Pod", "Secret", "ConfigMap", "Node"]) {
      await expect(pod.list({ apiVersion: "v1", kind })).rejects.toThrow("is forbidden");
    }
    await expect(pod.get(service)).rejects.toThrow("is forbidden");
    await expect(pod.delete(service)).rejects.toThrow("is forbidden");
  });
});

describe("alerts", () => {
  it("of the chart are those of the manifests, and have what values say", () => {
    const groupsOf = (objects: readonly KubernetesObject[]): readonly AlertGroup[] => {
      return (find(objects, "PrometheusRule")["spec"] as { groups: AlertGroup[] }).groups;
    };
    const enabled = ["--set", "prometheusRule.enabled=true"];
    expect(groupsOf(helmTemplate(enabled))).toEqual(groupsOf(kustomize("monitoring")));
    const rule = helmTemplate(["--values", join(CHART, "ci/everything-values.yaml")]);
    const filling = {
      selector: 'job="coredns"',
      by: ["cluster", "environment"],
      runbooks: "https://wiki.example/dns",
    };
    expect(groupsOf(rule)).toEqual(alertGroups(readAlertSource(), "service", filling));
    const { labels } = find(rule, "PrometheusRule").metadata;
    expect(labels).toMatchObject({ release: "prometheus" });
  });

  it.each([
    [
      "prometheusRule.selectors=x",
      'unknown key "prometheusRule.selectors": did you mean "selector"?',
    ],
    ["prometheusRule.selector=coredns", "at '/prometheusRule/selector'"],
    ["prometheusRule.runbooks=docs", "at '/prometheusRule/runbooks'"],
  ])("refuse %s", (setting, message) => {
    expect(() => helmTemplate(["--set", setting])).toThrow(message);
  });
});
