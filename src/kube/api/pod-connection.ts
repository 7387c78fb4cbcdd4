import { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { guard } from "../../observe/faults.ts";
import type { PodPort } from "../pod-port.ts";
import { PodPortError } from "../pod-port.ts";
import { shortText } from "../short-text.ts";
import type { ApiClient } from "./api-client.ts";
import { openWebSocket } from "./open-web-socket.ts";

/** The first octet of a message says what it is of (`kubectl port-forward` without SPDY). */
const PROTOCOL = "v4.channel.k8s.io";
const DATA = 0;
const ERROR = 1;
/** Each channel begins with the number of the port. */
const PORT_OCTETS = 2;
const MAX_ERROR_CHARACTERS = 300;
const NORMAL_CLOSURE = 1_000;
/** What may wait for a slow reader: with less, a fast one is held up by each message. */
const WINDOW_OCTETS = 256 << 10;

/**
 * Connects to a port of a Pod through the API server and the kubelet.
 * @throws {ApiError} if the API server or the kubelet refuses it
 * @throws {ConnectError} if there is no way to the API server
 */
export async function openPodConnection(client: ApiClient, to: PodPort): Promise<Duplex> {
  const { namespace, name, port } = to;
  const pod = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
  const socket = await client.apart(`${pod}/portforward?ports=${port}`, (request) =>
    openWebSocket(request, PROTOCOL),
  );
  return new PodConnection(socket);
}

class PodConnection extends Duplex {
  readonly #socket: WebSocket;
  readonly #unheaded = new Set([DATA, ERROR]);

  constructor(socket: WebSocket) {
    super({ allowHalfOpen: true, readableHighWaterMark: WINDOW_OCTETS });
    this.#socket = socket;
    const guarded = <Args extends unknown[]>(run: (...args: Args) => void) =>
      guard("connection to a Pod", run, (error) => this.destroy(error));
    socket.on(
      "message",
      guarded((message: Buffer) => this.#take(message)),
    );
    socket.on("error", (error) => this.destroy(error));
    socket.on(
      "close",
      guarded((code: number) => this.#closed(code)),
    );
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const message = Buffer.allocUnsafe(chunk.length + 1);
    message[0] = DATA;
    chunk.copy(message, 1);
    this.#socket.send(message, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // A peer that is gone would be waited for.
    if (error) this.#socket.terminate();
    else this.#socket.close(NORMAL_CLOSURE);
    done(error);
  }

  #take(message: Buffer): void {
    const channel = message[0] ?? DATA;
    const isFirst = this.#unheaded.delete(channel);
    const octets = message.subarray(isFirst ? 1 + PORT_OCTETS : 1);
    if (octets.length === 0) return;
    if (channel === ERROR) {
      const text = shortText(octets.toString("utf8"), MAX_ERROR_CHARACTERS);
      this.destroy(new PodPortError(text));
    } else if (channel === DATA && !this.push(octets)) this.#socket.pause();
  }

  #closed(code: number): void {
    if (this.destroyed) return;
    if (code === NORMAL_CLOSURE) this.push(null);
    else this.destroy(new Error(`the API server closed the connection with code ${code}`));
  }
}
