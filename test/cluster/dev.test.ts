import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endAll, Portolan, ROOT } from "../run-portolan.ts";
import type { ApiClient } from "./api-client.ts";
import { namespaceOf } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import { figure, inMs } from "./figure.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { Kubelet } from "./kubelet.ts";
import { allow } from "./rbac.ts";

const TENANT = { name: "tenant", token: "tenant-token", groups: [] } as const;
const GUEST = { name: "guest", token: "guest-token", groups: [] } as const;
const RBAC = "rbac.authorization.k8s.io";
const WEB = "web.shop.svc.cluster.local";
const POD_PORT = 8_080;
/** Of a Service that needs no rights to be opened here. */
const HIGH_PORT = 18_090;

const run = promisify(execFile);
/** Only root may put a resolv.conf of its own in the place of the system's, and have port 53. */
const isRoot = process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0;

let plane: ControlPlane;
let client: ApiClient;
let kubelet: Kubelet;
let web: Server;
let env: NodeJS.ProcessEnv;
let current: string;

/** All that a developer with rights in one namespace has. */
async function allowIn(namespace: string, user: string): Promise<void> {
  const metadata = { namespace, name: `developer-${user}` };
  const rules = [
    { apiGroups: [""], resources: ["services"], verbs: ["get", "list", "watch"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    { apiGroups: [""], resources: ["pods/portforward"], verbs: ["get", "create"] },
  ];
  await client.put({ apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules });
  await client.put({
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: RBAC, kind: "Role", name: metadata.name },
    subjects: [{ apiGroup: RBAC, kind: "User", name: user }],
  });
}

async function makeWeb(): Promise<void> {
  const ports = [80, HIGH_PORT].map((port) => ({
    name: `p${port}`,
    port,
    targetPort: POD_PORT,
    protocol: "TCP",
  }));
  const named = { namespace: "shop", name: "web" };
  await client.create({ apiVersion: "v1", kind: "Service", metadata: named, spec: { ports } });
  await kubelet.run("shop", "web-1", "10.244.0.1", "127.86.0.1");
  const labels = { "kubernetes.io/service-name": "web" };
  await client.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { namespace: "shop", name: "web-1", labels },
    addressType: "IPv4",
    ports: ports.map(({ name }) => ({ name, port: POD_PORT, protocol: "TCP" })),
    endpoints: [
      {
        addresses: ["10.244.0.1"],
        conditions: { ready: true },
        targetRef: { kind: "Pod", namespace: "shop", name: "web-1" },
      },
    ],
  });
  web = createServer((_, response) => response.end("hello from web-1"));
  web.listen(POD_PORT, "127.86.0.1");
  await once(web, "listening");
}

/** Two files: the first says which context is the current one, as `kubectl config use-context` writes it. */
function writeKubeconfigs(): void {
  const folder = join(plane.folder, "laptop");
  mkdirSync(folder);
  current = join(folder, "current");
  useContext("tenant");
  const files = [TENANT, GUEST].map(({ name, token }) => {
    const path = join(folder, name);
    const text = kubeconfigText({
      server: plane.url,
      ca: plane.ca,
      context: name,
      user: { token },
    });
    // Entries of two files have names of their own, as those of tools that write them.
    writeFileSync(path, text.replaceAll(/\b(cluster|user)$/gm, `$1-${name}`));
    return path;
  });
  const KUBECONFIG = [current, join(folder, "absent"), ...files].join(":");
  env = { ...process.env, KUBECONFIG, HOME: folder, XDG_RUNTIME_DIR: folder };
}

function useContext(name: string): void {
  writeFileSync(current, stringify({ "current-context": name }));
}

function dev(...args: readonly string[]): Portolan {
  return new Portolan(["dev", ...args], undefined, [], plane.folder, { env });
}

function devWith(kubeconfig: string): Portolan {
  const more = { env: { ...env, KUBECONFIG: kubeconfig } };
  return new Portolan(["dev"], undefined, [], plane.folder, more);
}

async function placeOf(program: Portolan): Promise<{ address: string; port: string }> {
  const [, address = "", port = ""] = await program.saying(/on (127\.[\d.]+) port (\d+);/);
  await program.saying(/Ready after/);
  return { address, port };
}

async function dig(program: Portolan, name: string): Promise<string> {
  const { address, port } = await placeOf(program);
  const { stdout } = await run("dig", ["+short", `@${address}`, "-p", port, name]);
  return stdout.trim();
}

/** As in a shell of a laptop whose resolver has been set up. */
async function curl(program: Portolan, url: string): Promise<string> {
  const { address } = await placeOf(program);
  const path = join(plane.folder, "resolv.conf");
  writeFileSync(path, `nameserver ${address}\nsearch svc.cluster.local\noptions ndots:2\n`);
  const script = `mount --bind "${path}" /etc/resolv.conf && exec curl -sS --max-time 20 "${url}"`;
  const { stdout } = await run("unshare", ["-m", "sh", "-c", script]);
  return stdout;
}

beforeAll(async () => {
  plane = await ControlPlane.start({ users: [TENANT, GUEST] });
  client = plane.client();
  kubelet = await Kubelet.start(plane);
  for (const name of ["shop", "data"]) await client.create(namespaceOf(name));
  await makeWeb();
  for (const { name } of [TENANT, GUEST]) await allowIn("shop", name);
  const verbs = ["get", "list", "watch"];
  await allow(client, GUEST.name, [{ apiGroups: [""], resources: ["namespaces"], verbs }]);
  writeKubeconfigs();
});
afterAll(async () => {
  endAll();
  web.close();
  await kubelet.stop();
  await plane.stop();
});

describe("portolan dev", () => {
  it("serves the namespace that its user has rights in, and nothing else", async () => {
    useContext("tenant");
    const program = dev("-namespace", "shop");
    const address = await dig(program, WEB);
    expect(address).toMatch(/^127\.(9[6-9]|10\d|11[01])\./);
    const response = await fetch(`http://${address}:${HIGH_PORT}/`);
    expect(await response.text()).toBe("hello from web-1");
    await program.saying(/Connected to "shop\/web" port 18090: pod "shop\/web-1" port 8080/);
    const { code, stdout, stderr } = await program.stop("SIGINT");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain("[WARNING]");
    await expect(fetch(`http://${address}:${HIGH_PORT}/`)).rejects.toThrow("fetch failed");
  });

  it("leaves out namespaces that its user may not read, and says so once", async () => {
    useContext("guest");
    const program = dev();
    expect(await dig(program, WEB)).toMatch(/^127\./);
    expect(await dig(program, "web.shop.svc.guest")).toMatch(/^127\./);
    const said = [...program.stdout.matchAll(/you may not read .*; serving namespace "shop"/g)];
    expect(said).toHaveLength(1);
    await program.stop();
  });

  it("follows the current context, and takes another port beside a second one", async () => {
    useContext("guest");
    const program = dev("-namespace", "shop");
    await program.saying(/Serving context "guest" as cluster.local and guest/);
    const second = dev("-namespace", "shop", "-context", "tenant");
    await second.saying(/is taken by another program/);
    expect(await dig(second, WEB)).toMatch(/^127\./);
    await second.stop();
    useContext("tenant");
    await program.saying(/Serving context "tenant" as cluster.local and tenant/);
    const address = (): Promise<string> => dig(program, "web.shop.svc.tenant");
    await expect.poll(address, { timeout: 30_000 }).toMatch(/^127\./);
    await program.stop();
  });

  it("says why a name does not resolve", async () => {
    const program = dev("-namespace", "shop");
    expect(await dig(program, "wep.shop.svc.cluster.local")).toBe("");
    await program.saying(/wep\.shop\.svc\.cluster\.local does not resolve: .*"web"/);
    await program.stop();
  });

  it.skipIf(!isRoot)("is one of three commands from a kubeconfig to an answer", async () => {
    const beganMs = performance.now();
    const program = dev("-namespace", "shop");
    const { address, port } = await placeOf(program);
    const portolan = `"${process.execPath}" "${join(ROOT, "dist/main.js")}"`;
    // A machine of its own, as far as files are concerned.
    const script = [
      `cp -a /etc "${plane.folder}/etc" && mount --bind "${plane.folder}/etc" /etc`,
      "mount -t tmpfs none /var/lib",
      `${portolan} stub install -using resolv.conf -server ${address}:${port} >&2`,
      `curl -sS --max-time 20 http://${WEB}/`,
    ].join(" && ");
    const { stdout } = await run("unshare", ["-m", "sh", "-c", script]);
    expect(stdout).toBe("hello from web-1");
    figure(
      "portolan dev, stub install and curl, from the kubeconfig to the answer",
      inMs(performance.now() - beganMs),
    );
    await program.stop();
  });

  it.skipIf(!isRoot)(
    "has curl get an answer by name, a few commands from a kubeconfig",
    async () => {
      const program = dev("-namespace", "shop");
      expect(await curl(program, "http://web.shop/")).toBe("hello from web-1");
      expect(await curl(program, `http://${WEB}:${HIGH_PORT}/`)).toBe("hello from web-1");
      await program.stop();
    },
  );
});

describe("what is wrong is said in one line:", () => {
  it.each([
    [
      ["-context", "tenan"],
      /^Cannot find context "tenan" in kubeconfig .*: did you mean "tenant"\?$/,
    ],
    [["-context", "tenant", "-manifests", "x"], /^Cannot serve manifests of a context: /],
  ])("%j", async (args, message) => {
    const { code, stderr } = await dev(...args).finished;
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(message);
  });

  it("credentials that are refused, once; it goes on trying", async () => {
    const program = devWith(plane.kubeconfig({ token: "expired" }));
    await program.saying(/The API server does not know who asks.*renew the credentials/);
    await program.saying(/Reading the cluster: 0 of 3 kinds of objects \(.*401/);
    await program.stop();
    expect(program.stdout.match(/does not know who asks/g)).toHaveLength(1);
  });

  it("a cluster that is away, once; it goes on trying", async () => {
    const program = devWith(plane.kubeconfig(TENANT, { server: "https://127.0.0.1:1" }));
    await program.saying(/Cannot connect to "https:\/\/127\.0\.0\.1:1\/?".*ECONNREFUSED/);
    await program.saying(/Reading the cluster: 0 of 3 kinds of objects \(no connection/);
    await program.stop();
    expect(program.stdout.match(/ECONNREFUSED/g)).toHaveLength(1);
  });
});
