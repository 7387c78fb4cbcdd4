import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import packageJson from "../package.json" with { type: "json" };
import { adminPathsToTry } from "../src/cli/admin-path.ts";
import { parseCorefile } from "../src/corefile/corefile.ts";
import { fillTemplate } from "../src/node-cache/corefile-template.ts";
import { NO_KUBE_DNS_CONFIG } from "../src/node-cache/kube-dns-config.ts";
import { plugins } from "../src/plugins/index.ts";
import { checkCorefile } from "../src/server/parsed-block.ts";
import type { Manifest } from "./deploy-files.ts";
import {
  DEPLOY,
  documentsOf,
  kubernetesManifests,
  readDeployFile,
  yamlFiles,
} from "./deploy-files.ts";
import { Portolan, ROOT } from "./run-portolan.ts";

const manifests = kubernetesManifests();
const chartValues = parse(readDeployFile("helm/portolan/files/portolan/values.yaml")) as Record<
  string,
  unknown
>;

function check(path: string, text: string): void {
  checkCorefile({ blocks: parseCorefile(text, path, { env: {} }), files: [], digest: "" }, plugins);
}

describe("YAML", () => {
  it.each(yamlFiles())("of %s can be read", (path) => {
    const documents = documentsOf(path);
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents) expect(document).toBeInstanceOf(Object);
  });
});

describe("Corefiles", () => {
  // That of the example of a plugin has a test of its own, with the plugin loaded.
  const files = globSync("kubernetes/**/Corefile{,.base}", { cwd: DEPLOY }).toSorted();

  it("are where they should be", () => {
    expect(files).toEqual([
      "kubernetes/base/Corefile",
      "kubernetes/components/multicluster/Corefile",
      "kubernetes/components/pods-verified/Corefile",
      "kubernetes/components/snapshot/Corefile",
      "kubernetes/overlays/dev/Corefile",
      "kubernetes/overlays/nodelocal/Corefile.base",
    ]);
  });

  it.each(files)("%s is understood", (path) => {
    const text = readDeployFile(path);
    expect(() => check(path, path.endsWith(".base") ? asOnNode(text) : text)).not.toThrow();
  });

  /** As a node of the overlay for nodes makes it. */
  function asOnNode(template: string): string {
    return fillTemplate(template, {
      localAddresses: ["169.254.20.10", "10.96.0.10"],
      dnsPort: 53,
      upstreamAddress: "10.96.0.11",
      kubeDns: NO_KUBE_DNS_CONFIG,
    });
  }

  it("of the base is kubeadm's", () => {
    const kubeadm = readFileSync(join(ROOT, "src/corefile/testdata/kubeadm.Corefile"), "utf8");
    expect(readDeployFile("kubernetes/base/Corefile")).toBe(kubeadm);
  });

  it("in values files of the chart are understood", () => {
    const { corefile } = parse(readDeployFile("helm/portolan/ci/corefile-values.yaml")) as {
      corefile: string;
    };
    expect(() => check("values", corefile)).not.toThrow();
    expect(() => check("values", `${corefile}}`)).toThrow("values:");
  });
});

describe("versions", () => {
  /** All that a container would be made from. */
  const images = manifests.flatMap(({ path, manifest }) =>
    containersOf(manifest).map(({ image }) => ({ path, image })),
  );

  it("of images are pinned, and none is the latest", () => {
    expect(images).toHaveLength(3);
    // Kustomize adds the tag to ours.
    const others = images.filter(({ image }) => !/^portolan(?:-node-cache)?$/.test(image));
    for (const { image } of others) expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?$/);
    for (const [path, name] of [
      ["kubernetes/base", "portolan"],
      ["kubernetes/overlays/nodelocal", "portolan-node-cache"],
    ]) {
      const [kustomization] = documentsOf(`${path}/kustomization.yaml`);
      expect(kustomization?.["images"]).toEqual([{ name, newTag: packageJson.version }]);
    }
    for (const path of globSync("**/*", { cwd: DEPLOY, withFileTypes: true })) {
      if (!path.isFile()) continue;
      expect(readFileSync(join(path.parentPath, path.name), "utf8")).not.toMatch(/:latest\b/);
    }
  });

  it("of the chart are the program's", () => {
    const chart = parse(readDeployFile("helm/portolan/Chart.yaml")) as Record<string, string>;
    expect(chart["appVersion"]).toBe(packageJson.version);
    expect(chartValues["image"]).toMatchObject({ repository: "portolan", tag: "" });
  });
});

describe("security contexts", () => {
  const pods = manifests.flatMap(({ path, manifest }) => {
    const spec = podSpecOf(manifest);
    return spec ? [{ path, spec }] : [];
  });

  it("are complete for each container", () => {
    expect(pods.map(({ path }) => path)).toEqual([
      "kubernetes/autoscaling/proportional/deployment.yaml",
      "kubernetes/base/deployment.yaml",
      "kubernetes/overlays/nodelocal/daemon-set.yaml",
    ]);
    for (const { spec } of pods) {
      expect(spec.securityContext).toMatchObject({
        seccompProfile: { type: "RuntimeDefault" },
      });
      for (const { name, securityContext } of spec.containers) {
        if (name === "node-cache") continue;
        const both = { ...spec.securityContext, ...securityContext };
        expect(both).toMatchObject({
          runAsNonRoot: true,
          runAsUser: name === "portolan" ? 65_532 : 65_534,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
        });
        const add = name === "portolan" ? ["NET_BIND_SERVICE"] : undefined;
        expect(both["capabilities"]).toEqual({
          drop: ["ALL"],
          ...(add && { add }),
        });
      }
    }
  });

  it("give the cache of a node root's user, and of root's rights those to the network", () => {
    const containers = pods.flatMap(({ spec }) => spec.containers);
    const [cache, ...others] = containers.filter(({ name }) => name === "node-cache");
    expect(others).toEqual([]);
    expect(cache?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: 0,
      runAsGroup: 0,
      capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"] },
    });
  });

  it("are the base's in the chart", () => {
    const base = pods.find(({ path }) => path.includes("base"));
    expect(chartValues["podSecurityContext"]).toEqual(base?.spec.securityContext);
    expect(chartValues["securityContext"]).toEqual(base?.spec.containers[0]?.securityContext);
  });

  it("have no token where none is needed", () => {
    const accounts = manifests.filter(({ manifest }) => manifest.kind === "ServiceAccount");
    expect(accounts.length).toBeGreaterThan(0);
    for (const { manifest } of accounts) {
      expect(manifest["automountServiceAccountToken"]).toBe(false);
    }
    const tokens = pods.map(({ path, spec }) => [path, spec.automountServiceAccountToken]);
    expect(Object.fromEntries(tokens)).toMatchObject({
      "kubernetes/base/deployment.yaml": true,
      "kubernetes/overlays/nodelocal/daemon-set.yaml": false,
    });
  });
});

describe("the admin socket", () => {
  const pods = ["base/deployment.yaml", "overlays/nodelocal/daemon-set.yaml"];

  it.each(pods)("has a folder that it can be opened in, in %s", (path) => {
    const [manifest] = documentsOf(`kubernetes/${path}`);
    const [container] = containersOf(manifest as Manifest);
    const env = { name: "RUNTIME_DIRECTORY", value: "/run/portolan" };
    expect(container?.["env"]).toContainEqual(env);
    expect(adminPathsToTry({ [env.name]: env.value })[0]).toBe("/run/portolan/portolan.sock");
    expect(container?.["volumeMounts"]).toContainEqual({ name: "run", mountPath: env.value });
    // Nothing of it outlives the pod, or takes the node's disk.
    const volume = { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } };
    expect(podSpecOf(manifest as Manifest)?.["volumes"]).toContainEqual(volume);
  });

  it("is where systemd has a folder for it", () => {
    const unit = readDeployFile("systemd/portolan.service");
    expect(unit).toMatch(/^RuntimeDirectory=portolan$/m);
    expect(unit).toMatch(/^RuntimeDirectoryMode=0700$/m);
    // systemd says by RUNTIME_DIRECTORY where it is; whoever asks has not that.
    expect(adminPathsToTry({})).toContain("/run/portolan/portolan.sock");
  });
});

describe("rights", () => {
  it("are those that DNS needs, and no others", () => {
    const roles = manifests.filter(({ manifest }) => /^(Cluster)?Role$/.test(manifest.kind));
    const rules = roles.map(({ path, manifest }) => [path, manifest.kind, manifest["rules"]]);
    const readOnly = { verbs: ["list", "watch"] };
    expect(rules).toEqual([
      [
        "kubernetes/autoscaling/proportional/rbac.yaml",
        "ClusterRole",
        [{ apiGroups: [""], resources: ["nodes"], ...readOnly }],
      ],
      [
        "kubernetes/autoscaling/proportional/rbac.yaml",
        "Role",
        [
          {
            apiGroups: ["apps"],
            resources: ["deployments/scale"],
            resourceNames: ["portolan"],
            verbs: ["get", "update"],
          },
          {
            apiGroups: [""],
            resources: ["configmaps"],
            resourceNames: ["portolan-autoscaler"],
            verbs: ["get"],
          },
        ],
      ],
      [
        "kubernetes/base/cluster-role.yaml",
        "ClusterRole",
        [
          { apiGroups: [""], resources: ["namespaces", "services"], ...readOnly },
          { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], ...readOnly },
        ],
      ],
    ]);
  });

  it.each([
    ["pods-verified", { apiGroups: [""], resources: ["pods"] }],
    ["multicluster", { apiGroups: ["multicluster.x-k8s.io"], resources: ["serviceimports"] }],
  ])("of component %s are one kind more", (name, rule) => {
    const [component] = documentsOf(`kubernetes/components/${name}/kustomization.yaml`);
    const patches = component?.["patches"] as { target: { kind: string }; patch: string }[];
    const patch = patches.find(({ target }) => target.kind === "ClusterRole")?.patch ?? "";
    expect(parse(patch)).toEqual([
      { op: "add", path: "/rules/-", value: { ...rule, verbs: ["list", "watch"] } },
    ]);
  });
});

describe("the Service", () => {
  it("has the name, the label and the ports that clusters know", () => {
    const [service] = documentsOf("kubernetes/base/service.yaml");
    expect(service).toMatchObject({
      metadata: { name: "kube-dns", labels: { "k8s-app": "kube-dns" } },
      spec: { selector: { "k8s-app": "kube-dns" } },
    });
    const spec = service?.["spec"] as { ports: { port: number; protocol: string }[] } | undefined;
    const places = spec?.ports.map(({ port, protocol }) => `${port}/${protocol}`);
    expect(places).toEqual(["53/UDP", "53/TCP", "9153/TCP"]);
  });
});

describe("kubeadm", () => {
  it("finds no Deployment of ours by the label of its own, which would stop its upgrade", () => {
    const deployments = manifests.filter(({ manifest }) => manifest.kind === "Deployment");
    const labels = deployments.map(({ manifest }) => {
      const { labels: own = {} } = manifest.metadata as { labels?: Record<string, string> };
      return own["k8s-app"];
    });
    expect(labels).toEqual(["portolan-autoscaler", undefined]);
    const [base] = documentsOf("kubernetes/base/deployment.yaml");
    expect(base?.["spec"]).toMatchObject({
      template: { metadata: { labels: { "k8s-app": "kube-dns" } } },
    });
  });
});

describe("what is there twice", () => {
  it("is the same: the probes and resources", () => {
    const [deployment] = documentsOf("kubernetes/base/deployment.yaml");
    const [container] = containersOf(deployment as Manifest);
    for (const probe of ["livenessProbe", "readinessProbe"]) {
      const { httpGet: _, ...times } = { ...(container?.[probe] as object), httpGet: undefined };
      expect(chartValues[probe]).toEqual(times);
    }
    expect(chartValues["resources"]).toEqual(container?.["resources"]);
  });
});

describe("values of the chart", () => {
  const theirs = parse(readDeployFile("helm/portolan/files/coredns/values.yaml")) as object;

  it("are each in the schema and in the README", () => {
    const schema = JSON.parse(readDeployFile("helm/portolan/values.schema.json")) as {
      definitions: { portolan: { properties: object }; coredns: { properties: object } };
    };
    const { portolan, coredns } = schema.definitions;
    expect(Object.keys(chartValues).toSorted()).toEqual(
      Object.keys(portolan.properties).toSorted(),
    );
    const readme = readDeployFile("helm/portolan/README.md");
    for (const key of Object.keys(chartValues)) expect(readme).toMatch(new RegExp(`\`${key}[.\`]`));
    // What the schema says of CoreDNS's values, they have.
    expect(Object.keys(theirs)).toEqual(expect.arrayContaining(Object.keys(coredns.properties)));
  });

  it("have no default but those of the forms, which could not be told from what is given", () => {
    expect(parse(readDeployFile("helm/portolan/values.yaml"))).toEqual({});
  });

  it("name the plugins that are built", () => {
    const names = parse(readDeployFile("helm/portolan/files/plugins.yaml")) as string[];
    const built = plugins.flatMap((plugin) => (typeof plugin === "string" ? [] : [plugin.name]));
    expect(names).toEqual(["import", ...built].toSorted());
  });
});

describe("the image", () => {
  const folder = mkdtempSync(join(tmpdir(), "portolan-image-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("starts from its tree alone, and answers", async () => {
    const app = join(folder, "app");
    cpSync(join(ROOT, "dist"), join(app, "dist"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(app, "package.json"));
    copyPackages(app, ["pino"]);
    const corefile = join(folder, "Corefile");
    writeFileSync(corefile, ". {\n  bind 127.0.0.1\n  whoami\n}\n");
    const portolan = new Portolan(["-conf", corefile, "-p", "0"], join(app, "dist/main.js"));
    expect(await portolan.port()).toBeGreaterThan(0);
    expect((await portolan.stop()).code).toBe(0);
  });

  it("has the program by its name", async () => {
    const text = readDeployFile("portolan");
    const [, interpreter = ""] = /^#!(.*)$/m.exec(text) ?? [];
    expect(interpreter).toBe("/usr/local/bin/node");
    const program = join(folder, "portolan");
    const here = text.replace(interpreter, process.execPath).replace("/app/", `${ROOT}/`);
    writeFileSync(program, here, { mode: 0o755 });
    const said = execFileSync(program, ["explain", "-h"], { encoding: "utf8" });
    expect(said).toMatch(/^Usage: portolan explain /);
  });

  it("as an installed package serves its example, wherever it is started", async () => {
    const [packed] = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
        cwd: ROOT,
        encoding: "utf8",
      }),
    ) as { filename: string }[];
    execFileSync("tar", ["-xzf", join(folder, packed?.filename ?? ""), "-C", folder]);
    const home = join(folder, "package");
    copyPackages(home, ["pino"]);
    // A fixed port may be in use here.
    const example = join(home, "Corefile.example");
    writeFileSync(example, readFileSync(example, "utf8").replace(".:1053", ".:0"));
    const elsewhere = mkdtempSync(join(folder, "elsewhere-"));
    for (const args of [[], ["-conf", example], ["-conf", relative(elsewhere, example)]]) {
      const portolan = new Portolan(args, join(home, "dist/main.js"), [], elsewhere);
      const port = String(await portolan.port());
      const query = ["query", "web.shop.svc.cluster.local", "@127.0.0.1", "-p", port];
      const { stdout } = await new Portolan(query).finished;
      expect(stdout).toContain("10.96.80.10");
      await portolan.stop();
    }
  });

  it("misses nothing silently", () => {
    expect(() => copyPackages(join(folder, "other"), ["not-a-package"])).toThrow(
      'Cannot copy package "not-a-package"',
    );
  });

  function copyPackages(app: string, names: readonly string[]): void {
    const script = join(DEPLOY, "copy-packages.ts");
    const args = [script, join(ROOT, "node_modules"), join(app, "node_modules"), ...names];
    execFileSync(process.execPath, args, { stdio: "pipe" });
  }
});

interface Container {
  readonly name: string;
  readonly image: string;
  readonly securityContext?: Record<string, unknown>;
  readonly [field: string]: unknown;
}

interface PodSpec {
  readonly securityContext?: Record<string, unknown>;
  readonly automountServiceAccountToken?: boolean;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly [field: string]: unknown;
}

function podSpecOf({ spec }: Manifest): PodSpec | undefined {
  return (spec as { template?: { spec?: PodSpec } } | undefined)?.template?.spec;
}

function containersOf(manifest: Manifest): readonly Container[] {
  const spec = podSpecOf(manifest);
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
}
