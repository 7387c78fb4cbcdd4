import { expect, describe, it } from "vitest";
import { parseCorefile } from "../../src/corefile/corefile.ts";
import { plugins } from "../../src/plugins/index.ts";
import type { HelmVersion } from "./binaries.ts";
import { recordedObjects, recordedValues } from "./coredns-release.ts";
import { differences } from "./field-differences.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { parseManifests } from "./load-manifests.ts";
import { CHART, runHelm } from "./render.ts";

const FILES = ["defaults", "cluster", "udp-only", "everything", "autoscaler"];

/**
 * What may be other than in CoreDNS's chart, and why.
 *
 * - the chart's name and version, the image and its version
 * - the Deployment's own label k8s-app, which stops `kubeadm upgrade`
 * - an annotation that Kubernetes has not read since 1.8
 * - V8's heap, and the folder of the admin socket
 * - a user other than root, where the values say none
 * - rights that Portolan does not need
 */
const ALLOWED = [
  /^\S+ metadata\.labels\.helm\.sh\/chart$/,
  /^Deployment\/\S+ metadata\.labels\.(k8s-app|app\.kubernetes\.io\/version)$/,
  /^Deployment\/\S+ spec\.template\.metadata\.annotations\.checksum\//,
  /^Deployment\/\S+ spec\.template\.metadata\.annotations\.scheduler\.alpha/,
  /^Deployment\/\S+ spec\.template\.spec\.containers\.coredns\.image$/,
  /^Deployment\/\S+ spec\.template\.spec\.containers\.coredns\.env\.(NODE_OPTIONS|RUNTIME_DIRECTORY)\./,
  /^Deployment\/\S+ spec\.template\.spec\.(containers\.coredns\.volumeMounts|volumes)\.run\./,
  /^Deployment\/\S+ spec\.template\.spec\.(containers\.coredns\.)?securityContext\.(runAs|seccompProfile)/,
  /^Deployment\/coredns-autoscaler spec\.replicas$/,
  /^ClusterRole\/\S+ rules\./,
];

function render(
  args: readonly string[],
  release = "coredns",
  version: HelmVersion = 4,
): KubernetesObject[] {
  // Helm 3 takes a cluster for one of 1.20 where no linker said otherwise.
  const target = ["--namespace", "kube-system", "--kube-version", "1.36.0"];
  return parseManifests(runHelm(["template", release, CHART, ...target, ...args], version));
}

/** Of a values file of CoreDNS's chart. */
function renderFile(name: string): KubernetesObject[] {
  const form =
    name === "defaults" || name === "autoscaler" ? ["--set", "compatibility=coredns"] : [];
  return render(["--values", recordedValues(name), ...form]);
}

/** What an install says, without an API server. */
function notesOf(args: readonly string[]): string {
  const said = runHelm(["install", "coredns", CHART, "--dry-run=client", ...args]);
  return said.slice(said.indexOf("NOTES:"));
}

function dataOf(objects: readonly KubernetesObject[]): Record<string, string>[] {
  return objects.flatMap(({ kind, data }) => {
    return kind === "ConfigMap" ? [data as Record<string, string>] : [];
  });
}

describe("a values file of CoreDNS's chart", () => {
  it.each(FILES)("makes the same objects, but for what is written above: %s", (name) => {
    const theirs = recordedObjects(name);
    const ours = renderFile(name);
    const ids = (objects: readonly KubernetesObject[]): string[] => {
      return objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).toSorted();
    };
    expect(ids(ours)).toEqual(ids(theirs));
    const linear = ({ data, ...rest }: KubernetesObject): KubernetesObject => {
      const { linear: text } = (data ?? {}) as { linear?: string };
      const parsed: unknown = text === undefined ? data : JSON.parse(text);
      return { ...rest, data: parsed };
    };
    const found = differences(theirs.map(linear), ours.map(linear));
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((field) => !ALLOWED.some((pattern) => pattern.test(field)))).toEqual([]);
  });

  it.each(FILES)("makes the same Corefile, to the octet: %s", (name) => {
    const [theirs = {}] = dataOf(recordedObjects(name)).filter((data) => "Corefile" in data);
    const [ours = {}] = dataOf(renderFile(name)).filter((data) => "Corefile" in data);
    expect(ours["Corefile"]).toBe(theirs["Corefile"]);
    expect(ours).toEqual(theirs);
    expect(parseCorefile(ours["Corefile"] ?? "", "Corefile", { env: {} })).not.toHaveLength(0);
  });

  it.each([
    ["--values", recordedValues("everything")],
    ["--set", "compatibility=coredns"],
  ])("makes the same with Helm 3: %s %s", (...args) => {
    expect(render(args, "coredns", 3)).toEqual(render(args));
  });

  it("is told by the list of its servers", () => {
    const one = ["--set", "servers[0].plugins[0].name=whoami"];
    expect(render(one).map(({ metadata }) => metadata.name)).toContain("coredns");
    expect(render([], "portolan").map(({ metadata }) => metadata.name)).toContain("portolan");
  });

  it("never asks for an image of ours by a version of theirs", () => {
    const imageOf = (...settings: string[]): string => {
      const set = settings.flatMap((setting) => ["--set", setting]);
      return (
        /"image":"([^"]+)"/.exec(
          JSON.stringify(render(["--set", "compatibility=coredns", ...set])),
        )?.[1] ?? ""
      );
    };
    for (const repository of ["rancher/hardened-coredns", "a/mirrored-coredns-coredns"]) {
      expect(imageOf(`image.repository=${repository}`, "image.tag=1.11.1")).toMatch(
        /^portolan:0\./,
      );
    }
    expect(imageOf("image.repository=images.example/portolan", "image.tag=9.9.9")).toBe(
      "images.example/portolan:9.9.9",
    );
    expect(imageOf("portolan.image.repository=images.example/portolan")).toMatch(
      /^images\.example\/portolan:0\./,
    );
  });

  it("is warned of where it has what is ignored, and each key that nobody knows", () => {
    const said = notesOf([
      "--values",
      recordedValues("udp-only"),
      "--set",
      "servers[0].zones[0].use_tpc=true",
    ]);
    expect(said).toContain(
      'WARNING: unknown key "rollingUpdate.maxSurge:": did you mean "maxSurge"?',
    );
    expect(said).toContain(
      'WARNING: unknown key "servers[0].zones[0].use_tpc": did you mean "use_tcp"?',
    );
    expect(said).toContain("WARNING: image.repository and image.tag are CoreDNS's");
    expect(said).toContain('WARNING: resources.limits.cpu is "100m"');
    expect(said).toContain("WARNING: serviceAccount.create is false");
    expect(said).toContain('WARNING: livenessProbe is enabled, and no server has plugin "health"');
    expect(notesOf(["--values", recordedValues("cluster")])).not.toContain("unknown key");
  });

  const [unbuilt = ""] = plugins.filter((plugin) => typeof plugin === "string");
  it.each([
    [`servers[0].plugins[0].name=${unbuilt}`, `plugin "${unbuilt}" is not in Portolan`],
    ["resources.limits.memory=100M", 'resources.limits.memory is "100M"'],
    ["automountServiceAccountToken=false", 'plugin "kubernetes" cannot ask'],
    ["deployment.dnsPolicy=None", "it needs deployment.dnsConfig"],
    ["servers[0].plugins[0].parameters=a", "missing property 'name'"],
    ["portolan.image.tag=latest", "at '/portolan/image/tag'"],
  ])("is refused where DNS would end: %s", (setting, message) => {
    const args = ["--set", "compatibility=coredns", "--set", setting];
    expect(() => render(args)).toThrow(message);
    expect(() => render(args, "coredns", 3)).toThrow(message);
  });

  it("may name a plugin that an image of one's own has", () => {
    const args = [
      "--set",
      "servers[0].plugins[0].name=mine",
      "--set",
      "portolan.extraPlugins[0]=mine",
    ];
    expect(dataOf(render(args))[0]?.["Corefile"]).toContain("    mine\n");
  });
});

describe("Portolan's own form", () => {
  it.each([
    ["replicas=3", 'unknown key "replicas": did you mean "replicaCount"?'],
    ["service.clusterIp=10.96.0.10", 'unknown key "service.clusterIp": did you mean "clusterIP"?'],
    ["serviceType=LoadBalancer", 'unknown key "serviceType": it is one of CoreDNS\'s chart'],
    ["foo=1", 'unknown key "foo"'],
  ])("refuses what it does not know, and says what it knows: %s", (setting, message) => {
    expect(() => render(["--set", setting])).toThrow(message);
    expect(() => render(["--set", setting], "portolan", 3)).toThrow(message);
  });

  it("has no default left where a value is null", () => {
    const args = ["--set", "nodeSelector=null", "--set", "servers.cluster.plugins.loop=null"];
    const all = JSON.stringify(render(args, "portolan"));
    expect(all).not.toContain('"nodeSelector"');
    expect(all).not.toMatch(/loop\\n/);
    expect(JSON.stringify(render([], "portolan"))).toContain('"nodeSelector"');
  });
});
