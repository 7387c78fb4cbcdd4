import { Resolver } from "node:dns/promises";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { ControlPlane } from "./control-plane.ts";
import { readModuleFile } from "./go-files.ts";
import type { ImageOptions } from "./image-tree.ts";
import {
  canStartContainers,
  execInContainer,
  makeImageTree,
  startImage,
  untilSays,
} from "./image-tree.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { referenceTo } from "./kubernetes-object.ts";
import { parseManifests } from "./load-manifests.ts";
import { helmTemplate, kustomize, kustomizeWith } from "./render.ts";
import { signToken } from "./service-account.ts";

/** Of the loopback, and nobody's: the real port 53 is what matters here. */
const ADDRESS = "127.53.0.53";
const MCS_API = "sigs.k8s.io/mcs-api@v0.5.2";
const START_TIMEOUT_MS = 20_000;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder that user 65532 can get into. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "portolan-image-"));
  folders.push(folder);
  chmodSync(folder, 0o755);
  return folder;
}

describe.runIf(canStartContainers())("a pod of the cluster", () => {
  let plane: ControlPlane;
  let client: ApiClient;
  let tree: string;
  beforeAll(async () => {
    tree = makeImageTree(makeFolder());
    plane = await ControlPlane.start();
    client = plane.client();
    await client.apply(
      crd(readModuleFile(MCS_API, "config/crd/multicluster.x-k8s.io_serviceimports.yaml")),
    );
  });
  afterAll(() => plane.stop());

  it.each([
    ["the overlay", () => kustomize("overlays/cluster"), 3],
    ["the overlay with pods and the cluster set", everyKind, 5],
    ["the chart", () => helmTemplate(["--set", "service.clusterIP=10.96.0.10"]), 3],
  ])("of %s comes up with the rights that it has, and answers", async (_, render, kinds) => {
    const objects = render();
    for (const object of objects) await client.apply(object);
    const program = await startImage(tree, await podOf(objects));
    try {
      const isReady = async () => ((await readyStatus()) === 200 ? true : undefined);
      await program.until("is ready", isReady, START_TIMEOUT_MS);
      const resolver = new Resolver();
      resolver.setServers([ADDRESS]);
      const names = ["kubernetes.default", "kube-dns.kube-system"];
      const asked = names.map((name) => resolver.resolve4(`${name}.svc.cluster.local`));
      expect(await Promise.all(asked)).toEqual([["10.96.0.1"], ["10.96.0.10"]]);
      expect(await resolver.reverse("10.96.0.10")).toEqual([
        "kube-dns.kube-system.svc.cluster.local",
      ]);
      const metrics = await (await fetch(`http://${ADDRESS}:9153/metrics`)).text();
      const synced = metrics.match(/^portolan_kubernetes_synced\{kind="\w+"\} 1$/gm);
      expect(synced).toHaveLength(kinds);
      expect(await (await fetch(`http://${ADDRESS}:8080/health`)).text()).toBe("OK");
      expect(program.output).not.toMatch(/forbidden/i);
      const explained = await execInContainer(program, [
        "portolan",
        "explain",
        "kubernetes.default",
      ]);
      expect(explained).toMatchObject({ code: 0, stderr: "" });
      const dumped = await execInContainer(program, ["portolan", "dump", "cluster.local"]);
      expect(dumped.stdout).toContain("kubernetes.default.svc.cluster.local. 30 IN A 10.96.0.1\n");
    } finally {
      await program.stop("SIGKILL");
      for (const object of objects) await client.delete(referenceTo(object));
    }
  });

  it("says which right it lacks", async () => {
    const objects = kustomize("overlays/cluster").map((object) => {
      const text = JSON.stringify(object).replace("pods insecure", "pods verified");
      return JSON.parse(text) as KubernetesObject;
    });
    for (const object of objects) await client.apply(object);
    const program = await startImage(tree, await podOf(objects));
    try {
      await untilSays(program, "pods is forbidden");
      expect(await program.until("answers", readyStatus, START_TIMEOUT_MS)).toBe(503);
    } finally {
      await program.stop("SIGKILL");
      for (const object of objects) await client.delete(referenceTo(object));
    }
  });

  function readyStatus(): Promise<number | undefined> {
    return fetch(`http://${ADDRESS}:8181/ready`).then(
      ({ status }) => status,
      () => undefined,
    );
  }

  function everyKind(): KubernetesObject[] {
    return kustomizeWith(["components/pods-verified", "components/multicluster"]).map((object) => {
      if (object.kind === "Service") {
        return { ...object, spec: { ...(object["spec"] as object), clusterIP: "10.96.0.10" } };
      }
      // Each component has a Corefile of its own, and the last one counts.
      const text = JSON.stringify(object).replace("pods insecure", "pods verified");
      return JSON.parse(text) as KubernetesObject;
    });
  }

  /** What kubelet would put into the pod of a rendered Deployment; the listeners stay on one address. */
  async function podOf(objects: readonly KubernetesObject[]): Promise<ImageOptions> {
    const data = objects.find(({ kind }) => kind === "ConfigMap")?.["data"] as { Corefile: string };
    const corefile = data.Corefile.replace(".:53 {", `.:53 {\n bind ${ADDRESS}`)
      .replace("health {", `health ${ADDRESS}:8080 {`)
      .replace(/ ready$/m, ` ready ${ADDRESS}:8181`)
      .replace("prometheus :9153", `prometheus ${ADDRESS}:9153`);
    const account = { namespace: "kube-system", name: "portolan" };
    const secrets = "var/run/secrets/kubernetes.io/serviceaccount";
    return {
      files: {
        "etc/coredns/Corefile": corefile,
        "etc/resolv.conf": "nameserver 127.53.0.54\n",
        [`${secrets}/token`]: await signToken(client, account, plane.serviceAccountKey, 600),
        [`${secrets}/ca.crt`]: plane.ca,
      },
      environment: {
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: String(plane.port),
      },
    };
  }

  function crd(yaml: string): KubernetesObject {
    const [definition] = parseManifests(yaml);
    if (!definition) throw new Error("no CustomResourceDefinition");
    return definition;
  }
});
