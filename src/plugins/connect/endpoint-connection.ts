import type { Socket } from "node:net";
import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import type {
  ClusterConnections,
  ConnectionEndpoint,
} from "../../server/contract/cluster-connections.ts";
import { shortText } from "../../kube/short-text.ts";

/** How long an endpoint outside of the cluster may take. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How an endpoint is called in the log: `pod "shop/web-1" port 8080`. */
export function describeEndpoint({ address, port, pod }: ConnectionEndpoint): string {
  const who = pod ? `pod "${pod.namespace}/${pod.name}"` : `address "${address}"`;
  return `${who} port ${port}`;
}

/**
 * Opens a way to an endpoint: to a Pod through the API server, to any other as it is, for what stands behind a Service without a
 * selector is often there for everybody.
 * @throws {Error} with what is wrong
 */
export function openEndpoint(
  cluster: ClusterConnections,
  { pod, address, port }: ConnectionEndpoint,
): Promise<Duplex> {
  return pod ? cluster.dial(pod, port) : openAddress(address, port);
}

function openAddress(host: string, port: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connectTcp({ host, port, allowHalfOpen: true });
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("no connection in time")));
  socket.once("connect", () => {
    socket.setTimeout(0);
    socket.setNoDelay(true);
    resolve(socket);
  });
  // Whoever takes it over hears of errors by its own ears; none may end the process.
  socket.on("error", reject);
  return promise;
}

export function reasonOf(error: unknown): string {
  return shortText(error instanceof Error ? error.message : String(error));
}
