import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import type { HelmVersion } from "./binaries.ts";
import { HELM_VERSIONS } from "./binaries.ts";
import { ControlPlane } from "./control-plane.ts";
import { chartForAnyServer, recordedChart } from "./coredns-release.ts";
import type { KubernetesObject, ObjectReference } from "./kubernetes-object.ts";
import { loadManifests } from "./load-manifests.ts";
import { kustomize, runHelm, takeOwnership } from "./render.ts";

/** As kubeadm makes it. */
const KUBE_DNS = readFileSync(join(import.meta.dirname, "testdata/kube-dns.yaml"), "utf8");
const SERVICE: ObjectReference = {
  apiVersion: "v1",
  kind: "Service",
  namespace: "kube-system",
  name: "kube-dns",
};

interface ServiceSpec {
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly { name: string; port: number; protocol: string }[];
}

let plane: ControlPlane;
let client: ApiClient;
let chart: string;
let target: string[];

beforeAll(async () => {
  plane = await ControlPlane.start();
  client = plane.client();
  chart = chartForAnyServer(plane.folder);
  target = ["--namespace", "kube-system", "--kubeconfig", plane.kubeconfig()];
});
afterAll(() => plane.stop());

afterEach(async () => {
  for (const name of ["portolan", "coredns"]) {
    runHelm(["uninstall", name, "--ignore-not-found", ...target]);
  }
  await client.delete(SERVICE);
});

/** CoreDNS's chart, whose Service is "kube-dns". */
function installCoreDns(version: HelmVersion): void {
  runHelm(["install", "coredns", recordedChart(plane.folder, "cluster"), ...target], version);
}

/** As the chart's README says. */
function install(version: HelmVersion, ...more: string[]): string {
  const args = ["install", "portolan", chart, ...takeOwnership(version), ...target, ...more];
  return runHelm(args, version);
}

async function specOf(): Promise<ServiceSpec> {
  return (await client.get(SERVICE))["spec"] as ServiceSpec;
}

async function podLabelsOf(name: string): Promise<Readonly<Record<string, string>>> {
  const reference = { ...SERVICE, apiVersion: "apps/v1", kind: "Deployment", name };
  const { spec } = (await client.get(reference)) as unknown as {
    spec: { template: KubernetesObject };
  };
  return spec.template.metadata.labels ?? {};
}

function expectSelects({ selector }: ServiceSpec, labels: Readonly<Record<string, string>>): void {
  expect(Object.keys(selector)).not.toHaveLength(0);
  expect(labels).toMatchObject(selector);
}

/** Does what a message says to do with kubectl. */
async function doAsTold(message: string): Promise<void> {
  const told = /kubectl -n kube-system patch service kube-dns --type=json -p '(.*)'/.exec(message);
  await client.patch(SERVICE, JSON.parse(told?.[1] ?? "null"), "json");
}

function failureOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe.each(HELM_VERSIONS)("Helm %i", (version) => {
  beforeEach(() => installCoreDns(version));

  it("a Service that another chart made is not left with a selector that matches no pod", async () => {
    const before = await specOf();
    expectSelects(before, await podLabelsOf("coredns"));
    const refused = failureOf(() => install(version));
    expect(refused).toContain(
      'Service "kube-dns" of namespace "kube-system" selects "app.kubernetes.io/instance=coredns,app.kubernetes.io/name=coredns", which no pod of release "portolan" has',
    );
    expect(refused).toContain("helm upgrade coredns portolan -n kube-system -f its-values.yaml");
    expect(await specOf()).toEqual(before);
  });

  it("once the rest of its selector is taken away, as the refusal says, both releases answer", async () => {
    const { uid } = (await client.get(SERVICE)).metadata;
    await doAsTold(failureOf(() => install(version)));
    expectSelects(await specOf(), await podLabelsOf("coredns"));
    const ports = (await specOf()).ports;
    const said = install(version);
    const after = await client.get(SERVICE);
    expect(after.metadata.uid).toBe(uid);
    expect(after).toMatchObject({ spec: { clusterIP: "10.96.0.10" } });
    const spec = await specOf();
    expectSelects(spec, await podLabelsOf("coredns"));
    expectSelects(spec, await podLabelsOf("portolan"));
    // Their names, too: Helm 3 tells ports apart by their number alone.
    expect(spec.ports).toEqual(expect.arrayContaining([...ports]));
    expect(said).toContain("The Service was made by release coredns. Do not uninstall that");
    expect(said).toContain("kubectl -n kube-system delete secret -l owner=helm,name=coredns");
  });

  it("a port that is there for UDP alone is not taken over before it has TCP", async () => {
    await doAsTold(failureOf(() => install(version)));
    const { ports } = await specOf();
    const udp = ports.filter(({ protocol }) => protocol === "UDP");
    await client.patch(SERVICE, [{ op: "replace", path: "/spec/ports", value: udp }], "json");
    const refused = failureOf(() => install(version));
    expect(refused).toContain("has port 53 for UDP alone");
    await doAsTold(refused);
    install(version);
    const taken = (await specOf()).ports.map(({ name, protocol }) => `${name} ${protocol}`);
    expect(taken.toSorted()).toEqual(["dns-tcp TCP", "metrics TCP", "udp-53 UDP"]);
  });

  it("kubeadm's Service is taken over as it is", async () => {
    runHelm(["uninstall", "coredns", ...target], version);
    await loadManifests(client, KUBE_DNS);
    const before = await specOf();
    install(version);
    expect(await specOf()).toEqual(before);
    expectSelects(before, await podLabelsOf("portolan"));
  });
});

it("a Service may be left to its owner", async () => {
  installCoreDns(4);
  const before = await client.get(SERVICE);
  install(4, "--set", "service.create=false");
  expect(await client.get(SERVICE)).toEqual(before);
});

it("beside CoreDNS, one Deployment has the label that kubeadm looks for", async () => {
  installCoreDns(4);
  const named = async (): Promise<string[]> => {
    const deployments = { apiVersion: "apps/v1", kind: "Deployment", namespace: "kube-system" };
    const { items } = await client.list(deployments, { labelSelector: "k8s-app=kube-dns" });
    return items.map(({ metadata }) => metadata.name);
  };
  expect(await named()).toEqual(["coredns"]);
  install(4, "--set", "service.create=false");
  expect(await named()).toEqual(["coredns"]);
  runHelm(["uninstall", "portolan", ...target]);
  const base = kustomize("base").find(({ kind }) => kind === "Deployment");
  const deployment = await client.apply(base as KubernetesObject);
  expect(deployment["spec"]).toMatchObject({
    template: { metadata: { labels: { "k8s-app": "kube-dns" } } },
  });
  expect(await named()).toEqual(["coredns"]);
  await client.delete({ ...SERVICE, apiVersion: "apps/v1", kind: "Deployment", name: "portolan" });
});
