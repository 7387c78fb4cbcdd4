import { once } from "node:events";
import { chmodSync, mkdirSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import type { Server } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isMissing } from "../installed.ts";
import { Portolan, ROOT } from "../run-portolan.ts";
import type { ApiClient } from "./api-client.ts";
import type { ChildProgram } from "./child-program.ts";
import { namespaceOf } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import { findPostgres, startEtcdMembers, startPostgres, startRedis } from "./debian-servers.ts";
import { Kubelet } from "./kubelet.ts";
import { balance, canHaveLaptops, CLOUD_ADDRESS, Laptop } from "./laptop.ts";

interface Workload {
  readonly name: string;
  readonly namespace: string;
  /** Of the Service, and of each Pod. */
  readonly port: number;
  readonly targetPort: number;
  readonly portName?: string;
  /** Addresses of the loopback, one for each Pod. */
  readonly addresses: readonly string[];
  /** Whether the Pods have names of their own. */
  readonly isStateful?: boolean;
}

const isPossible = canHaveLaptops();

const POSTGRES = "127.87.0.1";
const REDIS = "127.87.0.2";
const WEB = "127.87.0.3";
const KAFKA = ["127.87.0.11", "127.87.0.12"];
const ETCD = ["127.87.0.21", "127.87.0.22", "127.87.0.23"];
/** Clients at the same time, each with a connection of its own. */
const WRITERS = 8;
const WATCH = ["watch", "--rev=1", "--prefix", "ship-"];
const ETCD_DOMAIN = "etcd.data.svc.cluster.local";

let plane: ControlPlane;
let client: ApiClient;
let kubelet: Kubelet;
let laptop: Laptop;
let balancer: Server;
let portolan: Portolan;
let folder: string;
const programs: ChildProgram[] = [];
const servers: Server[] = [];

/** Where CI has installed it all, nothing is left out. */
function needs({ skip }: TestContext, ...tools: readonly string[]): void {
  const missing = tools.filter((tool) => isMissing(tool, "REQUIRE_LAPTOP_CLIENTS"));
  skip(missing.length > 0, `skipped: no ${missing.join(", ")}`);
}

async function deploy(workload: Workload): Promise<void> {
  const { name, namespace, port, targetPort, portName = "main", addresses } = workload;
  const { isStateful = false } = workload;
  const spec = {
    ports: [{ name: portName, port, targetPort, protocol: "TCP" }],
    ...(isStateful ? { clusterIP: "None" } : {}),
  };
  const metadata = { namespace, name };
  await client.create({ apiVersion: "v1", kind: "Service", metadata, spec });
  const endpoints = addresses.map((address, i) => ({
    addresses: [podAddress(address)],
    conditions: { ready: true },
    targetRef: { kind: "Pod", namespace, name: `${name}-${i}` },
    ...(isStateful ? { hostname: `${name}-${i}` } : {}),
  }));
  for (const [i, address] of addresses.entries()) {
    await kubelet.run(namespace, `${name}-${i}`, podAddress(address), address);
  }
  await client.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [{ name: portName, port: targetPort, protocol: "TCP" }],
    endpoints,
  });
}

function podAddress(address: string): string {
  return address.replace("127.87", "10.244");
}

async function listen(server: Server, port: number, address: string): Promise<void> {
  servers.push(server);
  await once(server.listen(port, address), "listening");
}

async function startServers(): Promise<void> {
  if (findPostgres()) programs.push(await startPostgres({ folder, address: POSTGRES }));
  if (!isMissing("redis-server", "REQUIRE_LAPTOP_CLIENTS")) {
    programs.push(await startRedis({ folder, address: REDIS }));
  }
  programs.push(...(await startEtcdMembers(folder, ETCD)));
  const web = createHttp((request, response) => response.end(`${request.headers.host} of web-0`));
  await listen(web, 8_080, WEB);
  for (const [i, address] of KAFKA.entries()) {
    await listen(
      createServer((socket) => socket.end(`kafka-${i}`)),
      9_092,
      address,
    );
  }
}

async function deployAll(): Promise<void> {
  for (const name of ["shop", "data"]) await client.create(namespaceOf(name));
  await deploy({ name: "web", namespace: "shop", port: 80, targetPort: 8_080, addresses: [WEB] });
  const cache = { name: "cache", namespace: "shop", addresses: [REDIS] };
  await deploy({ ...cache, port: 6_379, targetPort: 6_379 });
  const postgres = { name: "postgres", namespace: "data", addresses: [POSTGRES] };
  await deploy({ ...postgres, port: 5_432, targetPort: 5_432 });
  const stateful = { namespace: "data", isStateful: true };
  const kafka = { ...stateful, name: "kafka", addresses: KAFKA };
  await deploy({ ...kafka, port: 9_092, targetPort: 9_092 });
  const etcd = { ...stateful, name: "etcd", addresses: ETCD, portName: "etcd-client" };
  await deploy({ ...etcd, port: 2_379, targetPort: 2_379 });
}

/** As a user does: `portolan dev`, and the system's resolver set up. */
async function startLaptop(): Promise<void> {
  laptop = await Laptop.start(plane.folder);
  balancer = await balance(plane.port);
  const server = `https://${CLOUD_ADDRESS}:${plane.port}`;
  const KUBECONFIG = plane.kubeconfig(undefined, { server });
  const env = { ...process.env, KUBECONFIG };
  portolan = new Portolan(["dev"], undefined, [], plane.folder, { env, by: laptop.enter });
  await portolan.saying(/Ready after/);
  // It says what to type.
  const [, words = ""] = await portolan.saying(/sudo portolan (stub install.*)/);
  await laptop.run(process.execPath, join(ROOT, "dist/main.js"), ...words.split(" "));
}

beforeAll(async () => {
  if (!isPossible) return;
  plane = await ControlPlane.start();
  chmodSync(plane.folder, 0o711);
  folder = join(plane.folder, "servers");
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  client = plane.client();
  kubelet = await Kubelet.start(plane);
  await Promise.all([startServers(), deployAll().then(startLaptop)]);
});
afterAll(async () => {
  for (const server of servers) server.close();
  await Promise.all(programs.map((program) => program.stop("SIGKILL")));
  if (!isPossible) return;
  // What a failed beforeAll has left is ended with this process.
  await portolan?.stop();
  balancer.close();
  await laptop.stop();
  await kubelet.stop();
  await plane.stop();
});

describe.skipIf(!isPossible)("on a laptop whose resolver has been set up", () => {
  it("curl reaches a Service", async (context) => {
    needs(context, "curl");
    expect(await laptop.run("curl", "-sS", "http://web.shop/")).toBe("web.shop of web-0");
  });

  it("psql reaches a database", async (context) => {
    needs(context, "psql", "/usr/lib/postgresql/*/bin/initdb");
    const [user, text] = [
      ["-U", "postgres"],
      ["-Atc", "select 6 * 7"],
    ];
    expect(await laptop.run("psql", "-h", "postgres.data", ...user, ...text)).toBe("42");
  });

  it("redis-cli reaches a cache", async (context) => {
    needs(context, "redis-cli", "redis-server");
    const say = (...words: readonly string[]) =>
      laptop.run("redis-cli", "-h", "cache.shop", ...words);
    expect(await say("set", "harbour", "open")).toBe("OK");
    expect(await say("get", "harbour")).toBe("open");
  });

  it("each Pod of a StatefulSet is reached by its own name", async (context) => {
    needs(context, "bash");
    const read = (name: string) =>
      laptop.run("bash", "-c", `exec 3<>/dev/tcp/${name}/9092 && cat <&3`);
    expect(await read("kafka-0.kafka.data")).toBe("kafka-0");
    expect(await read("kafka-1.kafka.data")).toBe("kafka-1");
  });

  it("etcdctl finds the members of its cluster by SRV records", async (context) => {
    needs(context, "etcdctl");
    const members = await laptop.run("etcdctl", `--discovery-srv=${ETCD_DOMAIN}`, "member", "list");
    expect(members.match(/etcd-\d, http/g)?.toSorted()).toEqual(
      ETCD.map((_, i) => `etcd-${i}, http`),
    );
  });

  it("etcdctl watches over gRPC what others of it write at once", async (context) => {
    needs(context, "etcdctl");
    const keys = Array.from({ length: WRITERS }, (_, i) => `ship-${i}`);
    const watch = await laptop.start("etcdctl", `--discovery-srv=${ETCD_DOMAIN}`, ...WATCH);
    programs.push(watch);
    const said = await Promise.all(
      keys.map((key) =>
        laptop.run("etcdctl", `--discovery-srv=${ETCD_DOMAIN}`, "put", key, "here"),
      ),
    );
    expect(new Set(said)).toEqual(new Set(["OK"]));
    const seen = () => watch.output.match(/^ship-\d+$/gm)?.toSorted();
    await expect.poll(seen, { timeout: 30_000 }).toEqual(keys.toSorted());
  });
});
