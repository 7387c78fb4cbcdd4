import { once } from "node:events";
import type { Server } from "node:net";
import { createServer } from "node:net";
import { ConnectionTable } from "./connection-table.ts";
import { TcpConnection } from "./tcp-connection.ts";
import type { TcpLimits } from "./tcp-limits.ts";
import { DEFAULT_TCP_LIMITS } from "./tcp-limits.ts";
import type { Listener, ListenOptions } from "./transport.ts";
import { listenError } from "./transport.ts";

/** Listens for DNS over TCP (RFC 7766). */
export async function listenTcp(
  options: ListenOptions,
  limits: TcpLimits = DEFAULT_TCP_LIMITS,
): Promise<Listener> {
  const connections = new ConnectionTable(limits);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections.add(new TcpConnection(socket, options.receive, limits));
  });
  try {
    const host = options.address === "" ? {} : { host: options.address };
    server.listen({ port: options.port, backlog: 1024, ...host });
    await once(server, "listening");
  } catch (cause) {
    throw listenError("tcp", options, cause);
  }
  server.on("error", (error) => options.onTrouble(`Cannot accept on TCP: ${error.message}`));
  const bound = server.address() as { address: string; port: number };
  return {
    address: bound.address,
    port: bound.port,
    pause: () => connections.pause(),
    close: () => closeServer(server, connections),
  };
}

async function closeServer(server: Server, connections: ConnectionTable): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  connections.endAll();
  await closed;
}
