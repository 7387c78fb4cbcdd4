import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { release } from "../../net/release.ts";
import { guard } from "../../observe/faults.ts";

/** What a client has sent to an endpoint that turns out not to be there is sent to the next one, up to so much. */
const MAX_REPEATED_OCTETS = 64 << 10;
/**
 * Port-forward has no way to say that a client has sent all: what is still under way to the client has so long from one
 * octet to the next.
 */
const LINGER_MS = 10_000;

/** Carries octets between a client and endpoints: one after the other, until one has taken the connection. */
export class Relay {
  readonly #client: Socket;
  readonly #onTaken: () => void;
  /** What the client has said so far; undefined once it cannot be said again. */
  #said: Buffer[] | undefined = [];
  #saidOctets = 0;
  #hasEnded = false;
  #isTaken = false;
  #upstream: Duplex | undefined;
  #lingering: NodeJS.Timeout | undefined;

  /**
   * @param client paused
   * @param onTaken called once, when an endpoint has said something
   */
  constructor(client: Socket, onTaken: () => void) {
    this.#client = client;
    this.#onTaken = onTaken;
    client.on(
      "data",
      this.#guarded((chunk: Buffer) => this.#fromClient(chunk)),
    );
    client.on(
      "end",
      this.#guarded(() => this.#endOfClient()),
    );
    client.on("error", () => this.#upstream?.destroy());
    client.on("close", () => this.#upstream?.destroy());
  }

  /** Whether no other endpoint can take the connection any more. */
  get isBound(): boolean {
    return this.#client.destroyed || this.#said === undefined;
  }

  /**
   * Carries until the connection has ended. Then it is over, unless the endpoint was not reached and another one may
   * be: `isBound` says so.
   * @returns what broke it, if anything did; the client has been told then, unless another endpoint may take it
   */
  carry(upstream: Duplex): Promise<Error | undefined> {
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    const client = this.#client;
    this.#upstream = upstream;
    let failure: Error | undefined;
    upstream.on(
      "data",
      this.#guarded((chunk: Buffer) => this.#fromUpstream(chunk)),
    );
    upstream.on("end", () => client.end());
    upstream.on("error", (error: Error) => (failure = error));
    upstream.on("close", () => {
      clearTimeout(this.#lingering);
      this.#lingering = undefined;
      client.pause();
      if (failure && !isUnconnected(failure)) this.#said = undefined;
      // What has come still goes out.
      if (!failure) client.destroySoon();
      else if (this.isBound) client.resetAndDestroy();
      resolve(failure);
    });
    if (client.destroyed) upstream.destroy();
    for (const chunk of this.#said ?? []) upstream.write(chunk);
    if (this.#hasEnded) this.#endUpstream(upstream);
    else client.resume();
    return promise;
  }

  #fromClient(chunk: Buffer): void {
    const upstream = this.#upstream;
    this.#saidOctets += chunk.length;
    if (this.#saidOctets > MAX_REPEATED_OCTETS) this.#said = undefined;
    this.#said?.push(chunk);
    // What may have to be said again is kept.
    const onWritten = this.#said ? undefined : () => release(chunk);
    if (!upstream || upstream.write(chunk, onWritten)) return;
    this.#client.pause();
    upstream.once("drain", () => this.#client.resume());
  }

  #fromUpstream(chunk: Buffer): void {
    const upstream = this.#upstream;
    this.#said = undefined;
    if (!this.#isTaken) {
      this.#isTaken = true;
      this.#onTaken();
    }
    this.#lingering?.refresh();
    this.#gather();
    if (!upstream || this.#client.write(chunk)) return;
    upstream.pause();
    this.#client.once("drain", () => upstream.resume());
  }

  /** What comes in one turn goes out in one piece: TLS hands out 16 KiB at a time. */
  #gather(): void {
    const client = this.#client;
    if (client.writableCorked > 0) return;
    client.cork();
    setImmediate(() => client.uncork());
  }

  #endOfClient(): void {
    this.#hasEnded = true;
    if (this.#upstream) this.#endUpstream(this.#upstream);
  }

  #endUpstream(upstream: Duplex): void {
    upstream.end();
    this.#lingering ??= setTimeout(() => this.#upstream?.destroy(), LINGER_MS);
  }

  #guarded<Args extends readonly unknown[]>(run: (...args: Args) => void): (...args: Args) => void {
    return guard("connection to a name of the cluster", run, () => this.#client.destroy());
  }
}

/** Whether nothing has reached the endpoint (see `ClusterConnections.dial`). */
function isUnconnected(error: Error): boolean {
  return (error as { isUnconnected?: boolean }).isUnconnected === true;
}
