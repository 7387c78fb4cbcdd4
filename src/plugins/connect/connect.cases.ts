import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect as connectTcp, createServer } from "node:net";
import { Duplex } from "node:stream";
import { Name } from "../../dns/name.ts";
import { Metrics } from "../../observe/metrics.ts";
import type {
  ClusterConnections,
  ConnectionPort,
  ConnectionTarget,
} from "../../server/contract/cluster-connections.ts";
import { clusterConnections } from "../../server/contract/cluster-connections.ts";
import type { Next } from "../../server/contract/plugin.ts";
import { Reply } from "../../server/contract/reply.ts";
import { recordingLog, testContext } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, records, testQuery } from "../../testing/query.ts";
import { Connect } from "./connect.ts";
import { parseConnect } from "./parse.ts";

/** A stream that says that nobody listens there, once something has been sent, as port-forward does. */
function nobody(): Duplex {
  return new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      this.destroy(Object.assign(new Error("connection refused"), { isUnconnected: true }));
      done();
    },
  });
}

/** A cluster of which a test says what there is: Pods are servers of this process. */
export class FakeCluster implements ClusterConnections {
  readonly zones = [Name.parse("cluster.local.")];
  /** Ports by address, and what stands there. */
  readonly targets = new Map<string, { name: string; ports: ConnectionPort[] }>();
  /** Ports of this machine by the names of Pods; of others none is open. */
  readonly pods = new Map<string, number>();
  /** Pods that cannot even be asked. */
  readonly away = new Set<string>();
  readonly dialed: string[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #servers: Server[] = [];

  begin(): string | undefined {
    return undefined;
  }

  targetAt(address: string): ConnectionTarget | undefined {
    const known = this.targets.get(address);
    if (!known) return undefined;
    return { name: known.name, ports: () => this.targets.get(address)?.ports ?? [] };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async dial({ namespace, name }: { namespace: string; name: string }): Promise<Duplex> {
    this.dialed.push(name);
    if (this.away.has(name)) throw new Error(`403 Forbidden: pods "${namespace}/${name}"`);
    const port = this.pods.get(name);
    if (port === undefined) return nobody();
    const socket = connectTcp({ host: "127.0.0.1", port, allowHalfOpen: true });
    await once(socket, "connect");
    return socket;
  }

  /** A Service with a port, and the names of Pods that are ready behind it. */
  put(address: string, name: string, port: number, pods: readonly string[]): void {
    const endpoints = pods.map((pod, i) => ({
      address: `10.244.0.${i + 1}`,
      port: 8_080,
      pod: { namespace: "shop", name: pod },
    }));
    this.targets.set(address, { name, ports: [{ port, protocol: "tcp", endpoints }] });
    for (const listener of this.#listeners) listener();
  }

  /** Starts a Pod; `talk` is called with each connection. */
  async run(pod: string, talk: (socket: Socket) => void): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, talk);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#servers.push(server);
    this.pods.set(pod, (server.address() as AddressInfo).port);
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }
}

/** The plugin with a cluster behind it whose names have these records. */
export class Connected {
  readonly lines: string[];
  readonly metrics = new Metrics();
  readonly instance: Connect;
  readonly #records: readonly string[];

  constructor(cluster: FakeCluster, answers: readonly string[], properties = "") {
    const { log, lines } = recordingLog();
    this.lines = lines;
    this.#records = answers;
    const context = testContext({
      directive: `connect {\n${properties}\n}`,
      log,
      metrics: this.metrics,
      offers: { kubernetes: [clusterConnections.offer(cluster)] },
    });
    this.instance = new Connect(parseConnect(context.directive), context);
    this.instance.connect();
    this.instance.serving();
  }

  async ask(qname: string, qtype = "A"): Promise<Sections> {
    const next: Next = ({ qname: name, qtype: type }) => {
      const all = records(...this.#records);
      const reply = Reply.authoritative(
        all.filter((one) => one.owner.equals(name) && one.type === type),
      );
      const hasLocation = reply.answer.some(({ type: own }) => own === 33);
      if (hasLocation) reply.additional = all.filter(({ type: own }) => own === 1);
      return reply;
    };
    return ask(this.instance, testQuery(qname, qtype), next);
  }

  /** The address that a name has on this machine. */
  async addressOf(qname: string): Promise<string> {
    const { answer } = await this.ask(qname);
    return answer[0]?.split(" ").at(-1) ?? "";
  }
}

/** Opens a connection. */
export async function connected(host: string, port: number): Promise<Socket> {
  const socket = connectTcp({ host, port, allowHalfOpen: true });
  await once(socket, "connect");
  // Whoever reads hears of errors all the same.
  socket.on("error", () => {});
  return socket;
}

/** Whether a port takes connections. */
export async function isOpen(host: string, port: number): Promise<boolean> {
  try {
    (await connected(host, port)).destroy();
    return true;
  } catch {
    return false;
  }
}

/** All that a connection says until it ends. */
export async function readAll(socket: Socket): Promise<Buffer> {
  if (socket.errored) throw socket.errored;
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The next thing that a connection says. */
export async function heard(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, "data")) as [Buffer];
  return String(chunk);
}
