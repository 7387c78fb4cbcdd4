import { once } from "node:events";
import type { Socket } from "node:net";
import { connect as connectTcp, createServer } from "node:net";
import { parseArgs } from "node:util";
import { ChildProgram } from "../../cluster/child-program.ts";
import { namespaceOf } from "../../cluster/cluster-objects.ts";
import { ControlPlane } from "../../cluster/control-plane.ts";
import type { DnsServer } from "../../cluster/dns-server.ts";
import { builtProgram } from "../../cluster/go-module.ts";
import { Kubelet } from "../../cluster/kubelet.ts";
import { freePort } from "../free-port.ts";
import { servePortolan } from "../../cluster/serve.ts";
import { formatTable } from "../scale/table.ts";
import { median } from "../statistics.ts";

const USAGE = `npm run bench:connect -- [options]
  --rounds N      of each way, by turns (5)
  --mebibytes N   that a Pod sends in each (64)`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    mebibytes: { type: "string", default: "64" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const MEBIBYTE = 1 << 20;
const COREFILE = `cluster.local:{{PORT}} {
    connect {
        range 127.86.0.0/16
    }
    kubernetes {
        kubeconfig {{KUBECONFIG}}
    }
}`;
const POD = { namespace: "shop", name: "files-1", ip: "10.244.7.1", address: "127.85.7.1" };
const PORT = 8_080;
const SERVICE_PORT = 18_300;

/** A way to the Pod, and the process that carries the octets. */
interface Way {
  readonly name: string;
  readonly program: ChildProgram;
  readonly open: () => Promise<Socket>;
}

async function bench(): Promise<void> {
  const octets = Number(values.mebibytes) * MEBIBYTE;
  const plane = await ControlPlane.start();
  const kubelet = await Kubelet.start(plane);
  const whole = Buffer.alloc(octets, "octets ");
  const pod = createServer((socket) => void socket.end(whole)).listen(PORT, POD.address);
  const ways: Way[] = [];
  let server: DnsServer | undefined;
  try {
    await putObjects(plane, kubelet);
    const kubeconfig = plane.kubeconfig();
    server = await servePortolan({ corefile: COREFILE, values: { KUBECONFIG: kubeconfig } });
    ways.push(await throughConnect(server), await throughPortForward(kubeconfig));
    await report(ways, octets);
  } finally {
    pod.close();
    await ways[1]?.program.stop("SIGKILL");
    await server?.stop();
    await kubelet.stop();
    await plane.stop();
  }
}

async function report(ways: readonly Way[], octets: number): Promise<void> {
  const rates = ways.map((): number[] => []);
  const costs = ways.map((): number[] => []);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [i, way] of ways.entries()) {
      const cpuSeconds = way.program.cpuSeconds();
      const beganMs = performance.now();
      const received = await receive(await way.open());
      if (received !== octets) throw new Error(`${way.name}: ${received} octets of ${octets}`);
      rates[i]?.push(octets / MEBIBYTE / ((performance.now() - beganMs) / 1_000));
      costs[i]?.push(octets / MEBIBYTE / (way.program.cpuSeconds() - cpuSeconds));
    }
  }
  const rows = ways.map(({ name }, i) => [
    name,
    median(rates[i] ?? []).toFixed(0),
    median(costs[i] ?? []).toFixed(0),
  ]);
  console.log(formatTable(["way", "MiB a second", "MiB per CPU-second"], rows));
}

async function putObjects(plane: ControlPlane, kubelet: Kubelet): Promise<void> {
  const client = plane.client();
  const { namespace, name, ip, address } = POD;
  await client.create(namespaceOf(namespace));
  await kubelet.run(namespace, name, ip, address);
  const ports = [{ name: "main", port: SERVICE_PORT, targetPort: PORT, protocol: "TCP" }];
  const metadata = { namespace, name: "files" };
  await client.create({ apiVersion: "v1", kind: "Service", metadata, spec: { ports } });
  await client.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "files" } },
    addressType: "IPv4",
    ports: [{ name: "main", port: PORT, protocol: "TCP" }],
    endpoints: [{ addresses: [ip], targetRef: { kind: "Pod", namespace, name } }],
  });
}

async function throughConnect(server: DnsServer): Promise<Way> {
  const { answer } = await server.ask("files.shop.svc.cluster.local A");
  const host = answer[0]?.split(/\s+/).at(-1) ?? "";
  const open = (): Promise<Socket> => connected(host, SERVICE_PORT);
  return { name: "connect", program: server.program, open };
}

async function throughPortForward(kubeconfig: string): Promise<Way> {
  const port = await freePort();
  const program = await ChildProgram.start({
    name: "port-forward",
    path: builtProgram("port-forward", "../bench/connect/port-forward"),
    args: [kubeconfig, POD.namespace, POD.name, `${port}:${PORT}`],
  });
  const isReady = async (): Promise<true | undefined> =>
    program.output.includes("Forwarding from 127.0.0.1") || undefined;
  await program.until("forwards", isReady, 30_000);
  return { name: "kubectl port-forward", program, open: () => connected("127.0.0.1", port) };
}

async function connected(host: string, port: number): Promise<Socket> {
  const socket = connectTcp({ host, port });
  await once(socket, "connect");
  return socket;
}

async function receive(socket: Socket): Promise<number> {
  let length = 0;
  for await (const chunk of socket) length += (chunk as Buffer).length;
  return length;
}

if (values.help) console.log(USAGE);
else await bench();
