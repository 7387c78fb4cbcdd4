import { once } from "node:events";
import type { Server } from "node:net";
import { ChildProgram } from "../../cluster/child-program.ts";
import { namespaceOf } from "../../cluster/cluster-objects.ts";
import { ControlPlane } from "../../cluster/control-plane.ts";
import type { DnsServer } from "../../cluster/dns-server.ts";
import { builtProgram } from "../../cluster/go-module.ts";
import { Kubelet } from "../../cluster/kubelet.ts";
import { freePort } from "../free-port.ts";
import { servePortolan } from "../../cluster/serve.ts";
import type { Direction } from "./traffic.ts";
import { DIRECTIONS, servePod } from "./traffic.ts";

const COREFILE = `cluster.local:{{PORT}} {
    connect {
        range 127.86.0.0/16
    }
    kubernetes {
        kubeconfig {{KUBECONFIG}}
    }
}`;
const POD = { namespace: "shop", name: "files-1", ip: "10.244.7.1", address: "127.85.7.1" };
const PORTS: Readonly<Record<Direction, number>> = { download: 8_081, upload: 8_082, both: 8_083 };
/** From a port of the Pod to the Service's. */
const SERVICE_OFFSET = 10_000;

/** A way to the Pod, and the process that carries the octets. */
export interface Way {
  readonly name: string;
  readonly program: ChildProgram;
  /** Where each direction is to be had. */
  readonly hosts: Readonly<Record<Direction, { readonly host: string; readonly port: number }>>;
}

/**
 * Starts a control plane, a Pod and the two ways to it: *connect*, then `kubectl port-forward`.
 * @param octets that each connection carries
 */
export async function withWays(
  octets: number,
  use: (ways: readonly Way[]) => Promise<void>,
): Promise<void> {
  const plane = await ControlPlane.start();
  const kubelet = await Kubelet.start(plane);
  const pods = await Promise.all(DIRECTIONS.map((direction) => listen(direction, octets)));
  const ends: (() => unknown)[] = [];
  try {
    await putObjects(plane, kubelet);
    const kubeconfig = plane.kubeconfig();
    const server = await servePortolan({ corefile: COREFILE, values: { KUBECONFIG: kubeconfig } });
    ends.push(() => server.stop());
    const forward = await throughPortForward(kubeconfig);
    ends.push(() => forward.program.stop("SIGKILL"));
    await use([await throughConnect(server), forward]);
  } finally {
    for (const pod of pods) pod.close();
    for (const end of ends.toReversed()) await end();
    await kubelet.stop();
    await plane.stop();
  }
}

async function listen(direction: Direction, octets: number): Promise<Server> {
  const pod = servePod(direction, octets).listen(PORTS[direction], POD.address);
  await once(pod, "listening");
  return pod;
}

async function putObjects(plane: ControlPlane, kubelet: Kubelet): Promise<void> {
  const client = plane.client();
  const { namespace, name, ip, address } = POD;
  await client.create(namespaceOf(namespace));
  await kubelet.run(namespace, name, ip, address);
  const ports = Object.entries(PORTS).map(([direction, port]) => ({
    name: direction,
    port,
    protocol: "TCP",
  }));
  const servicePorts = ports.map((one) => ({
    ...one,
    port: one.port + SERVICE_OFFSET,
    targetPort: one.port,
  }));
  const metadata = { namespace, name: "files" };
  await client.create({
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { ports: servicePorts },
  });
  await client.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "files" } },
    addressType: "IPv4",
    ports,
    endpoints: [{ addresses: [ip], targetRef: { kind: "Pod", namespace, name } }],
  });
}

async function throughConnect(server: DnsServer): Promise<Way> {
  const { answer } = await server.ask("files.shop.svc.cluster.local A");
  const host = answer[0]?.split(/\s+/).at(-1) ?? "";
  const at = (direction: Direction) => ({ host, port: PORTS[direction] + SERVICE_OFFSET });
  const hosts = { download: at("download"), upload: at("upload"), both: at("both") };
  return { name: "connect", program: server.program, hosts };
}

async function throughPortForward(kubeconfig: string): Promise<Way> {
  const at = async () => ({ host: "127.0.0.1", port: await freePort() });
  const hosts = { download: await at(), upload: await at(), both: await at() };
  const pairs = DIRECTIONS.map((direction) => `${hosts[direction].port}:${PORTS[direction]}`);
  const program = await ChildProgram.start({
    name: "port-forward",
    path: builtProgram("port-forward", "../bench/connect/port-forward"),
    args: [kubeconfig, POD.namespace, POD.name, ...pairs],
  });
  const last = `Forwarding from 127.0.0.1:${hosts.both.port}`;
  const isReady = async (): Promise<true | undefined> => program.output.includes(last) || undefined;
  await program.until("forwards", isReady, 30_000);
  return { name: "kubectl port-forward", program, hosts };
}
