import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import type { HelmVersion } from "./binaries.ts";
import { HELM_VERSIONS } from "./binaries.ts";
import { ControlPlane } from "./control-plane.ts";
import { chartForAnyServer, recordedChart, recordedValues } from "./coredns-release.ts";
import type { ObjectReference } from "./kubernetes-object.ts";
import { loadManifests } from "./load-manifests.ts";
import { runHelm, takeOwnership } from "./render.ts";

const KUBE_DNS = readFileSync(join(import.meta.dirname, "testdata/kube-dns.yaml"), "utf8");
const NAMESPACE = "kube-system";
/** Kinds that a release makes, of those that are in a namespace. */
const KINDS = ["v1 Service", "v1 ConfigMap", "apps/v1 Deployment", "policy/v1 PodDisruptionBudget"];

/** What a client of the DNS, or a node, would notice if it changed. */
interface Seen {
  readonly serviceUid: string | undefined;
  readonly deploymentUid: string | undefined;
  readonly clusterIP: string;
  readonly type: string;
  /** With the ports of the nodes. */
  readonly ports: unknown;
  readonly selector: Readonly<Record<string, string>>;
}

let plane: ControlPlane;
let client: ApiClient;
let chart: string;
let target: string[];

beforeAll(async () => {
  plane = await ControlPlane.start();
  client = plane.client();
  chart = chartForAnyServer(plane.folder);
  target = ["--namespace", NAMESPACE, "--kubeconfig", plane.kubeconfig()];
});
afterAll(() => plane.stop());
afterEach(() => runHelm(["uninstall", "coredns", "--ignore-not-found", ...target]));

function reference(apiVersion: string, kind: string, name: string): ObjectReference {
  return { apiVersion, kind, namespace: NAMESPACE, name };
}

async function see(service: string): Promise<Seen> {
  const { metadata, spec } = await client.get(reference("v1", "Service", service));
  const deployment = await client.get(reference("apps/v1", "Deployment", "coredns"));
  const { template } = deployment["spec"] as {
    template: { metadata: { labels: Record<string, string> } };
  };
  const { selector, clusterIP, type, ports } = spec as Omit<Seen, "serviceUid" | "deploymentUid">;
  expect(Object.keys(selector)).not.toHaveLength(0);
  expect(template.metadata.labels).toMatchObject(selector);
  const { uid: deploymentUid } = deployment.metadata;
  return { serviceUid: metadata.uid, deploymentUid, clusterIP, type, ports, selector };
}

async function imageThatRuns(): Promise<string | undefined> {
  const deployment = await client.get(reference("apps/v1", "Deployment", "coredns"));
  return /"image":"([^"]+)"/.exec(JSON.stringify(deployment["spec"]))?.[1];
}

async function namesLeft(): Promise<string[]> {
  const lists = KINDS.map(async (words) => {
    const [apiVersion = "", kind = ""] = words.split(" ");
    const { items } = await client.list({ apiVersion, kind, namespace: NAMESPACE });
    return items.map(({ metadata }) => `${kind}/${metadata.name}`);
  });
  const names = (await Promise.all(lists)).flat();
  // The API server's own.
  return names.filter((name) => !/kube-root-ca|kube-apiserver|extension-apiserver/.test(name));
}

interface Case {
  readonly name: string;
  readonly service: string;
  readonly more: readonly string[];
}

const CLUSTER: Case = { name: "cluster", service: "kube-dns", more: [] };
const UDP_ONLY: Case = { name: "udp-only", service: "coredns", more: [] };
const DEFAULTS: Case = {
  name: "defaults",
  service: "coredns",
  more: ["--set", "compatibility=coredns"],
};

interface Helms {
  readonly made: HelmVersion;
  readonly upgraded: HelmVersion;
  readonly cases: readonly Case[];
}

describe.each<Helms>([
  { made: 4, upgraded: 4, cases: [CLUSTER, UDP_ONLY, DEFAULTS] },
  { made: 3, upgraded: 3, cases: [CLUSTER, UDP_ONLY, DEFAULTS] },
  // Helm 4 goes on as Helm 3 does with what that has made, so that ports merge by number alone.
  { made: 3, upgraded: 4, cases: [UDP_ONLY] },
])("made by Helm $made and upgraded by Helm $upgraded", ({ made, upgraded, cases }) => {
  const helm = (args: readonly string[]): string => runHelm(args, upgraded);

  it.each(cases)(
    "a release of CoreDNS's chart with values $name is upgraded to Portolan, rolled back, upgraded and uninstalled behind one Service",
    async ({ name, service, more }) => {
      const before = await namesLeft();
      runHelm(["install", "coredns", recordedChart(plane.folder, name), ...target], made);
      const first = await see(service);
      const ofTheRelease = await namesLeft();
      const upgrade = ["upgrade", "coredns", chart, "--values", recordedValues(name), ...more];
      helm([...upgrade, ...target]);
      expect(await see(service)).toEqual(first);
      expect(await imageThatRuns()).toMatch(/^portolan:/);
      expect(await namesLeft()).toEqual(ofTheRelease);
      helm(["rollback", "coredns", ...target]);
      expect(await see(service)).toEqual(first);
      expect(await imageThatRuns()).toMatch(/coredns:1\./);
      helm([...upgrade, ...target]);
      // Once more, as a change of a value would: nothing is refused of what the release itself has made.
      helm([...upgrade, "--set", "podAnnotations.example=a", ...target]);
      expect(await see(service)).toEqual(first);
      helm(["uninstall", "coredns", ...target]);
      expect(await namesLeft()).toEqual(before);
    },
  );
});

it("a release of CoreDNS's chart is not upgraded to the other form by mistake", async () => {
  runHelm(["install", "coredns", recordedChart(plane.folder, "defaults"), ...target]);
  const before = await see("coredns");
  expect(() =>
    runHelm(["upgrade", "coredns", chart, "--set", "replicaCount=2", ...target]),
  ).toThrow(
    'release "coredns" was made by CoreDNS\'s chart: upgrade it with --set compatibility=coredns',
  );
  expect(await see("coredns")).toEqual(before);
});

it.each(HELM_VERSIONS)("kubeadm's Service is not narrowed by Helm %i", async (version) => {
  await loadManifests(client, KUBE_DNS);
  const values = ["--values", recordedValues("cluster"), ...takeOwnership(version)];
  const install = ["install", "coredns", chart, ...values, ...target];
  let refused = "";
  try {
    runHelm(install, version);
  } catch (error) {
    refused = (error as Error).message;
  }
  expect(refused).toContain(
    'would no longer select the pods that answer now, because of "app.kubernetes.io/instance=coredns,',
  );
  const [, told = ""] = /--set-json '(service\.selector=.*)'/.exec(refused) ?? [];
  expect(told).toBe('service.selector={"k8s-app":"kube-dns"}');
  runHelm([...install, "--set-json", told], version);
  const { selector, clusterIP, ports } = await see("kube-dns");
  expect({ selector, clusterIP }).toEqual({
    selector: { "k8s-app": "kube-dns" },
    clusterIP: "10.96.0.10",
  });
  expect(JSON.stringify(ports)).toMatch(/"dns".*"dns-tcp"/);
});
