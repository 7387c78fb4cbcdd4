import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { Duplex } from "node:stream";
import type { StreamOwner } from "./byte-stream.ts";
import { guard } from "../observe/faults.ts";
import { ConnectionTable } from "./connection-table.ts";
import { NO_ANSWERS } from "./responder.ts";
import { StreamResponder } from "./stream-responder.ts";
import type { TcpParts } from "./tcp-connection.ts";
import { TcpConnection } from "./tcp-connection.ts";
import type { TcpLimits } from "./tcp-limits.ts";
import { DEFAULT_TCP_LIMITS } from "./tcp-limits.ts";
import type { Listener, ListenOptions } from "./transport.ts";
import { CAN_SHARE_PORT, listenError } from "./transport.ts";

/** Listens for DNS over TCP (RFC 7766). */
export async function listenTcp(
  options: ListenOptions,
  limits: TcpLimits = options.tcpLimits ?? DEFAULT_TCP_LIMITS,
): Promise<Listener> {
  const connections = new ConnectionTable(limits);
  const responder = new StreamResponder(options.responder?.stream ?? NO_ANSWERS);
  const parts = { receive: options.receive, responder, limits };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const begin = guard("connection of a client", accept, () => socket.destroy());
    begin(socket, parts, connections);
  });
  try {
    await bind(server, options);
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

function accept(socket: Socket, parts: TcpParts, connections: ConnectionTable): void {
  const connection = new TcpConnection(socket, parts);
  own(socket, connection);
  connections.add(connection);
}

async function bind(server: Server, { address, port, sharesPort }: ListenOptions): Promise<void> {
  const host = address === "" ? {} : { host: address };
  let freePort = port;
  // Whoever else has the port would go unnoticed, so it is looked at first.
  if (CAN_SHARE_PORT && sharesPort !== true) {
    const probe = createServer((socket) => socket.destroy());
    probe.listen({ port, ...host });
    await once(probe, "listening");
    probe.on("error", () => {});
    freePort = (probe.address() as { port: number }).port;
    await new Promise<void>((resolve) => {
      probe.close(() => resolve());
    });
  }
  server.listen({ port: freePort, backlog: 1024, reusePort: CAN_SHARE_PORT, ...host });
  await once(server, "listening");
}

/** Tells a connection of what happens to its socket. */
export function own(socket: Duplex, owner: StreamOwner): void {
  const on = (event: string, run: (chunk: Buffer) => void): unknown =>
    socket.on(
      event,
      guard("connection of a client", run, () => socket.destroy()),
    );
  on("data", (chunk) => owner.read(chunk));
  on("end", () => owner.endInput());
  on("drain", () => owner.drained());
  // A reset is the client's business.
  on("error", () => socket.destroy());
  on("close", () => owner.closed());
}

async function closeServer(server: Server, connections: ConnectionTable): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  connections.endAll();
  await closed;
}
