import { Duplex } from "node:stream";
import type { PodPort } from "../pod-port.ts";
import { PodPortError } from "../pod-port.ts";
import { shortText } from "../short-text.ts";
import type { ApiClient } from "./api-client.ts";
import type { PortProtocol } from "./forwarded-port.ts";
import { openWebSocket } from "./open-web-socket.ts";
import { PortChannels } from "./port-channels.ts";
import { PortSpdy } from "./port-spdy.ts";
import type { WebSocket } from "./web-socket.ts";
import { NORMAL_CLOSURE } from "./web-socket.ts";

/** It costs a kubelet half of what channels do, and it is what `kubectl port-forward` speaks. */
const SPDY = "SPDY/3.1+portforward.k8s.io";
/** API servers before 1.31 have no other. */
const CHANNELS = "v4.channel.k8s.io";
const MAX_ERROR_CHARACTERS = 300;
const NOTHING = new Uint8Array();
/** What may wait for a slow reader: with less, a fast one is held up by each message. */
const WINDOW_OCTETS = 256 << 10;

/**
 * Connects to a port of a Pod through the API server and the kubelet.
 * @throws {ApiError} if the API server or the kubelet refuses it
 * @throws {ConnectError} if there is no way to the API server
 */
export async function openPodConnection(
  client: Pick<ApiClient, "apart">,
  to: PodPort,
): Promise<Duplex> {
  const { namespace, name, port } = to;
  const pod = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
  const socket = await client.apart(`${pod}/portforward?ports=${port}`, (request) =>
    openWebSocket(request, [SPDY, CHANNELS]),
  );
  return new PodConnection(socket, port);
}

class PodConnection extends Duplex {
  readonly #socket: WebSocket;
  readonly #protocol: PortProtocol;

  constructor(socket: WebSocket, port: number) {
    super({ allowHalfOpen: true, readableHighWaterMark: WINDOW_OCTETS });
    this.#socket = socket;
    const listener = {
      onData: (octets: Buffer) => this.push(octets) || socket.pause(),
      onEnd: () => this.#end(),
      onFailure: (text: string) =>
        this.destroy(new PodPortError(shortText(text, MAX_ERROR_CHARACTERS))),
    };
    this.#protocol =
      socket.protocol === SPDY ? new PortSpdy(port, listener) : new PortChannels(listener);
    for (const message of this.#protocol.greeting) this.#say(message);
    socket.listen({
      onOctets: (octets, isFirst) => {
        const answer = this.#protocol.read(octets, isFirst);
        if (answer) this.#say(answer);
      },
      onEnd: (code) => this.#closed(code),
      onError: (error) => this.destroy(error),
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.send(this.#protocol.headOf(chunk.length), chunk, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // A peer that is gone would be waited for.
    if (error) this.#socket.destroy();
    else this.#socket.close();
    done(error);
  }

  #say(message: Uint8Array): void {
    this.#socket.send(message, NOTHING, () => {});
  }

  /** The Pod has closed the connection: there is nobody to write to either. */
  #end(): void {
    if (this.destroyed) return;
    this.push(null);
    this.#socket.close();
  }

  #closed(code: number | undefined): void {
    if (code === NORMAL_CLOSURE) return this.#end();
    const how = code === undefined ? "without a word" : `with code ${code}`;
    this.destroy(new Error(`the API server closed the connection ${how}`));
  }
}
