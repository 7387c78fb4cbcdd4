import type { RemoteInfo, Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { MAX_UDP_OCTETS } from "../dns/edns.ts";
import { guard } from "../observe/faults.ts";
import type { Client, Outbox } from "./client.ts";
import { OUTBOX_REPLIES } from "./client.ts";
import type { Listener, ListenOptions } from "./transport.ts";
import { CAN_SHARE_PORT, listenError, plainAddress } from "./transport.ts";

/** Asked of the kernel so that a burst waits rather than gets lost; it may grant less. */
const SOCKET_BUFFER_OCTETS = 4 * 1024 * 1024;

/** Replies that wait for the network, in octets. More are lost, as they are in a full buffer. */
const MAX_UNSENT_OCTETS = 4 * 1024 * 1024;

/** Turns of the event loop in which all is read that can have been received by the first one. */
const MAX_TURNS = 1_000;

/** Listens for UDP packets with node:dgram, which runs everywhere. */
export async function listenUdp(options: ListenOptions): Promise<Listener> {
  if (options.address !== "") return bindUdp(options, options.address);
  try {
    return await bindUdp(options, "::");
  } catch (error) {
    // A machine without IPv6.
    const { code } = (error as { cause: NodeJS.ErrnoException }).cause;
    if (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL") throw error;
    return bindUdp(options, "0.0.0.0");
  }
}

async function bindUdp(options: ListenOptions, address: string): Promise<Listener> {
  let { port } = options;
  // Whoever else has the port would go unnoticed, so it is looked at first.
  if (CAN_SHARE_PORT && options.sharesPort !== true) {
    const probe = await bound(options, address, port, false);
    probe.on("error", () => {});
    ({ port } = probe.address());
    await new Promise<void>((resolve) => {
      probe.close(resolve);
    });
  }
  return listenerOf(await bound(options, address, port, CAN_SHARE_PORT), options);
}

async function bound(
  options: ListenOptions,
  address: string,
  port: number,
  reusePort: boolean,
): Promise<Socket> {
  const family = isIPv6(address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    reusePort,
    // Replies go to addresses, never to names: answering at once saves a turn of the event loop.
    lookup: (host, _options, callback) => callback(null, host, family),
  });
  try {
    // With such a lookup, binding is done before bind returns.
    const listening = once(socket, "listening");
    socket.bind(port, address);
    await listening;
  } catch (cause) {
    socket.close();
    throw listenError("udp", options, cause);
  }
  return socket;
}

function listenerOf(socket: Socket, options: ListenOptions): Listener {
  growBuffers(socket);
  const { address, port } = socket.address();
  socket.on("error", (error) => options.onTrouble(`Cannot use UDP socket: ${error.message}`));
  const outbox = new NodeOutbox(socket);
  const receive = guard("query over UDP", (packet: Buffer, peer: RemoteInfo) => {
    options.receive(packet, new UdpClient(socket, outbox, peer, address, port));
  });
  socket.on("message", receive);
  return {
    address,
    port,
    // A datagram in the kernel's queue has been received: it is still answered.
    pause: () => {},
    close: () => closeSocket(socket),
  };
}

function growBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER_OCTETS);
    socket.setSendBufferSize(SOCKET_BUFFER_OCTETS);
  } catch {
    // The kernel's own sizes will do.
  }
}

async function closeSocket(socket: Socket): Promise<void> {
  let count = 0;
  socket.on("message", () => count++);
  // A turn of the event loop reads some of what the kernel holds.
  for (let before = -1, turn = 0; before < count && turn < MAX_TURNS; turn++) {
    before = count;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise<void>((resolve) => {
    socket.close(() => resolve());
  });
}

/** Node's queue of a socket, in which nothing can be overtaken: what is too much is the newest. */
class NodeOutbox implements Outbox {
  onDropped: ((count: number) => void) | undefined;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get isFull(): boolean {
    const socket = this.#socket;
    return (
      socket.getSendQueueCount() >= OUTBOX_REPLIES || socket.getSendQueueSize() > MAX_UNSENT_OCTETS
    );
  }
}

class UdpClient implements Client {
  readonly transport = "udp";
  readonly localAddress: string;
  readonly localPort: number;
  readonly maxReplyOctets = MAX_UDP_OCTETS;
  readonly keepaliveMs = 0;
  readonly outbox: Outbox;
  readonly #socket: Socket;
  readonly #peer: RemoteInfo;

  constructor(
    socket: Socket,
    outbox: Outbox,
    peer: RemoteInfo,
    localAddress: string,
    localPort: number,
  ) {
    this.#socket = socket;
    this.outbox = outbox;
    this.#peer = peer;
    this.localAddress = localAddress;
    this.localPort = localPort;
  }

  get address(): string {
    return plainAddress(this.#peer.address);
  }

  get port(): number {
    return this.#peer.port;
  }

  send(reply: Buffer): void {
    // A forged packet may come from port 0, and a socket may have been closed meanwhile.
    try {
      if (this.outbox.isFull) {
        this.outbox.onDropped?.(1);
        return;
      }
      this.#socket.send(reply, 0, reply.length, this.#peer.port, this.#peer.address);
    } catch {
      // Nobody is left to answer.
    }
  }

  drop(): void {}
}
