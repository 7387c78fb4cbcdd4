import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2 } from "node:http2";
import { createServer as createHttp } from "node:http";
import type { Server, Socket } from "node:net";
import { connect as connectTcp, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../bench/free-port.ts";
import type { ApiClient } from "./api-client.ts";
import { namespaceOf } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import type { DnsServer } from "./dns-server.ts";
import { inParallel } from "./in-parallel.ts";
import { Load } from "./connection-load.ts";
import { Kubelet } from "./kubelet.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { allow, DNS_RULES } from "./rbac.ts";
import { servePortolan } from "./serve.ts";

const COREFILE = `cluster.local:{{PORT}} 127.in-addr.arpa:{{PORT}} {
    connect {
        range 127.84.0.0/16
    }
    kubernetes cluster.local {
        kubeconfig {{KUBECONFIG}}
    }
}`;
const USER = { name: "developer", token: "developer-token", groups: [] } as const;
const WEB = "web.shop.svc.cluster.local";
/** Where the Pods' servers are: Pod i of the cluster, 10.244.0.i, is 127.85.0.i. */
const PORT = await freePort();
const CONNECTIONS = 500;
const MEGABYTE = 1 << 20;
/** Who connect at the same time, again and again. */
const CLIENTS = 5;

const FORWARD = { apiGroups: [""], resources: ["pods/portforward"], verbs: ["get", "create"] };

let plane: ControlPlane;
let client: ApiClient;
let kubelet: Kubelet;
let server: DnsServer;
const servers: { close(): unknown }[] = [];

interface Backend {
  readonly namespace: string;
  readonly service: string;
  readonly pod: string;
  /** Of 10.244.0.0/24. */
  readonly number: number;
  readonly hostname?: string;
}

function sliceOf(backends: readonly Backend[], port = PORT): KubernetesObject {
  const [first] = backends;
  const { namespace = "", service = "" } = first ?? {};
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace,
      name: `${service}-1`,
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: "IPv4",
    ports: [{ name: "main", port, protocol: "TCP" }],
    endpoints: backends.map(({ pod, number, hostname }) => ({
      addresses: [`10.244.0.${number}`],
      conditions: { ready: true },
      targetRef: { kind: "Pod", namespace, name: pod },
      ...(hostname === undefined ? {} : { hostname }),
    })),
  };
}

function serviceOf(
  namespace: string,
  name: string,
  port: number,
  clusterIP?: string,
): KubernetesObject {
  const ports = [{ name: "main", port, targetPort: PORT, protocol: "TCP" }];
  const spec = { ports, ...(clusterIP === undefined ? {} : { clusterIP }) };
  return { apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec };
}

function pod(i: number, namespace = "shop", service = "web"): Backend {
  return { namespace, service, pod: `${service}-${i}`, number: i };
}

async function run({ namespace, pod: name, number }: Backend): Promise<void> {
  await kubelet.run(namespace, name, `10.244.0.${number}`, `127.85.0.${number}`);
}

async function listen(of: Server, number: number): Promise<void> {
  of.listen(PORT, `127.85.0.${number}`);
  await once(of, "listening");
  servers.push(of);
}

async function addressOf(name: string): Promise<string> {
  const { answer } = await server.ask(`${name} A`);
  return answer[0]?.split(/\s+/).at(-1) ?? "";
}

/** Connects as a program would that resolves the name. */
async function reach(name: string, port: number): Promise<Socket> {
  const socket = connectTcp({ host: await addressOf(name), port });
  await once(socket, "connect");
  return socket;
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Connections of these, at their end. */
const ofPods = new Set<Socket>();

function sayNameAndEcho(name: string): Server {
  return createServer((socket) => {
    // Who leaves in the middle is nobody's fault.
    socket.on("error", () => {}).write(name);
    ofPods.add(socket.once("close", () => ofPods.delete(socket)));
    socket.pipe(socket);
  });
}

/** What the Pods of web say: their name. */
function sayName(name: string): Server {
  return createServer((socket) => socket.end(name));
}

beforeAll(async () => {
  plane = await ControlPlane.start({ users: [USER] });
  client = plane.client();
  await allow(client, USER.name, [...DNS_RULES, FORWARD]);
  kubelet = await Kubelet.start(plane);
  for (const name of ["shop", "data"]) await client.create(namespaceOf(name));
  await client.create(serviceOf("shop", "web", 18_080));
  for (const i of [1, 2]) {
    await run(pod(i));
    await listen(sayName(`web-${i}`), i);
  }
  await client.create(sliceOf([pod(1), pod(2)]));
  const values = { KUBECONFIG: plane.kubeconfig(USER) };
  server = await servePortolan({ corefile: COREFILE, values });
});
afterAll(async () => {
  for (const one of servers) one.close();
  await server.stop();
  await kubelet.stop();
  await plane.stop();
});

describe("connect", () => {
  it("leads a Service's name and port to its Pods, one after the other", async () => {
    const said = new Set<string>();
    for (let i = 0; i < 2; i++) said.add(String(await readAll(await reach(WEB, 18_080))));
    expect([...said].toSorted()).toEqual(["web-1", "web-2"]);
  });

  it("leads the names of a StatefulSet's Pods to each of them", async () => {
    const kafka = [11, 12].map((number, i) => ({
      ...pod(number, "data", "kafka"),
      pod: `kafka-${i}`,
      hostname: `kafka-${i}`,
    }));
    await client.create(serviceOf("data", "kafka", 9_092, "None"));
    for (const one of kafka) {
      await run(one);
      await listen(sayName(one.pod), one.number);
    }
    await client.create(sliceOf(kafka));
    for (const { pod: name } of kafka) {
      const full = `${name}.kafka.data.svc.cluster.local`;
      await expect.poll(() => addressOf(full)).toMatch(/^127\.84\./);
      expect(String(await readAll(await reach(full, PORT)))).toBe(name);
    }
    const { answer, additional } = await server.ask("_main._tcp.kafka.data.svc.cluster.local SRV");
    expect(answer).toHaveLength(2);
    expect(additional.every((line) => / A 127\.84\./.test(line))).toBe(true);
  });

  it("makes no connection to a Pod that is not ready, and keeps those that are there, while Pods are replaced under load", async () => {
    await client.create(serviceOf("shop", "echo", 18_081));
    const name = "echo.shop.svc.cluster.local";
    const all = [21, 22, 23, 24].map((i) => pod(i, "shop", "echo"));
    for (const one of all) {
      await run(one);
      await listen(sayNameAndEcho(one.pod), one.number);
    }
    await client.create(sliceOf(all.slice(0, 1)));
    await expect.poll(() => addressOf(name)).toMatch(/^127\.84\./);
    const load = new Load(await addressOf(name), 18_081, CLIENTS);
    try {
      for (const [i, { pod: newest }] of all.entries()) {
        if (i > 0) await client.put(sliceOf(all.slice(i, i + 1)));
        // The Pods before are still there, but nobody new is led to them.
        await expect.poll(() => load.last, { timeout: 30_000 }).toBe(newest);
        expect(new Set(await load.next(CLIENTS * 3))).toEqual(new Set([newest]));
      }
    } finally {
      await load.stop();
    }
    expect(load.failures).toEqual([]);
    const kept = new Set(load.kept.map(({ pod: of }) => of));
    expect(kept).toEqual(new Set(all.map(({ pod: of }) => of)));
    for (const { socket } of load.kept) {
      socket.write("still");
      expect(String((await once(socket, "data"))[0])).toBe("still");
    }
    const ended = load.kept.map(({ socket }) => once(socket, "close"));
    for (const socket of ofPods) socket.destroy();
    await Promise.all(ended);
  });

  it("tries another Pod if nobody listens in one, and says why if nobody listens in any", async () => {
    await client.create(serviceOf("shop", "half", 18_082));
    const [dead, alive] = [pod(31, "shop", "half"), pod(32, "shop", "half")];
    for (const one of [dead, alive]) await run(one);
    await listen(sayName("alive"), alive.number);
    await client.create(sliceOf([dead, alive]));
    const name = "half.shop.svc.cluster.local";
    await expect.poll(() => addressOf(name)).toMatch(/^127\.84\./);
    for (let i = 0; i < 4; i++) {
      expect(String(await readAll(await reach(name, 18_082)))).toBe("alive");
    }
    await client.put(sliceOf([dead]));
    await expect
      .poll(async () => readAll(await reach(name, 18_082)).catch(({ code }) => code as string))
      .toBe("ECONNRESET");
    await expect
      .poll(() => server.program.output)
      .toMatch(
        new RegExp(
          `Cannot connect to \\\\?"shop/half\\\\?" port 18082: pod \\\\?"shop/half-31\\\\?" port ${PORT}: .*connection refused`,
        ),
      );
  });

  it("refuses a port that nobody is ready behind, as a Pod would see it", async () => {
    await client.create(serviceOf("shop", "empty", 18_083));
    const name = "empty.shop.svc.cluster.local";
    await expect.poll(() => addressOf(name)).toMatch(/^127\.84\./);
    await expect(reach(name, 18_083)).rejects.toThrow("ECONNREFUSED");
  });

  it(`serves ${CONNECTIONS} connections at once, octets right`, async () => {
    await client.create(serviceOf("shop", "many", 18_084));
    const one = pod(41, "shop", "many");
    await run(one);
    await listen(
      createServer((socket) => void socket.pipe(socket)),
      one.number,
    );
    await client.create(sliceOf([one]));
    await expect.poll(() => addressOf("many.shop.svc.cluster.local")).toMatch(/^127\.84\./);
    const host = await addressOf("many.shop.svc.cluster.local");
    const sockets = await inParallel([...Array(CONNECTIONS).keys()], 50, async () => {
      const socket = connectTcp({ host, port: 18_084 });
      await once(socket, "connect");
      return socket;
    });
    for (const [i, socket] of sockets.entries()) socket.write(`client ${i}`);
    const heard = await Promise.all(
      sockets.map(async (socket) => String((await once(socket, "data"))[0])),
    );
    expect(heard).toEqual(sockets.map((_, i) => `client ${i}`));
    for (const socket of sockets) socket.destroy();
  });

  it("carries HTTP/2 with many streams, as gRPC has them", async () => {
    await client.create(serviceOf("shop", "grpc", 18_085));
    const one = pod(51, "shop", "grpc");
    await run(one);
    const http2 = createHttp2();
    http2.on("stream", (stream) => void stream.pipe(stream));
    await listen(http2, one.number);
    await client.create(sliceOf([one]));
    const name = "grpc.shop.svc.cluster.local";
    await expect.poll(() => addressOf(name)).toMatch(/^127\.84\./);
    const session = connectHttp2(`http://${await addressOf(name)}:18085`);
    const lengths = await Promise.all(
      [...Array(50).keys()].map(async (i) => {
        const stream = session.request({ ":method": "POST" });
        stream.end(Buffer.alloc(20_000 + i, "g"));
        let length = 0;
        for await (const chunk of stream) length += (chunk as Buffer).length;
        return length;
      }),
    );
    expect(lengths).toEqual([...Array(50).keys()].map((i) => 20_000 + i));
    session.close();
  });

  it("carries much both ways, and no more than the reader takes", async () => {
    await client.create(serviceOf("shop", "files", 18_086));
    const one = pod(61, "shop", "files");
    await run(one);
    const whole = Buffer.alloc(32 * MEGABYTE, "octets ");
    await listen(
      createHttp((request, response) => {
        if (request.method === "GET") {
          response.end(whole);
          return;
        }
        const hash = createHash("sha256");
        request.on("data", (chunk: Buffer) => hash.update(chunk));
        request.on("end", () => response.end(hash.digest("hex")));
      }),
      one.number,
    );
    await client.create(sliceOf([one]));
    const name = "files.shop.svc.cluster.local";
    await expect.poll(() => addressOf(name)).toMatch(/^127\.84\./);
    const before = server.program.residentOctets();
    const response = await fetch(`http://${await addressOf(name)}:18086/`);
    const read = Buffer.from(await response.arrayBuffer());
    expect(read.equals(whole)).toBe(true);
    const put = await fetch(`http://${await addressOf(name)}:18086/`, {
      method: "PUT",
      body: whole,
    });
    expect(await put.text()).toBe(createHash("sha256").update(whole).digest("hex"));
    expect(server.program.residentOctets() - before).toBeLessThan(64 * MEGABYTE);
  });

  it("says which right is missing", async () => {
    await allow(client, USER.name, DNS_RULES);
    await expect
      .poll(async () => readAll(await reach(WEB, 18_080)).catch(({ code }) => code as string))
      .toBe("ECONNRESET");
    await expect
      .poll(() => server.program.output)
      .toMatch(/403 Forbidden.*cannot (get|create) resource/);
  });
});
