/** A reply that has not come by then does not come. */
const PATIENCE_MS = 60_000;

/** Who waits for a reply, by the id that it will have. */
export class Waiting {
  /** Replies that nobody waited for. */
  readonly strays: Buffer[] = [];
  readonly #resolvers = new Map<number, (reply: Buffer | undefined) => void>();

  wait(packet: Buffer): Promise<Buffer | undefined> {
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    // Less than an id cannot be answered; what comes all the same is a stray.
    const id = packet.length < 2 ? -1 : packet.readUInt16BE(0);
    const timer = setTimeout(() => this.#settle(id, undefined), PATIENCE_MS).unref();
    this.#resolvers.set(id, (reply) => {
      clearTimeout(timer);
      resolve(reply);
    });
    return promise;
  }

  take(reply: Buffer): void {
    const id = reply.length < 2 ? -1 : reply.readUInt16BE(0);
    if (this.#resolvers.has(id)) this.#settle(id, reply);
    else this.strays.push(reply);
  }

  /** Nothing will come any more. */
  giveUp(): void {
    for (const id of this.#resolvers.keys()) this.#settle(id, undefined);
  }

  #settle(id: number, reply: Buffer | undefined): void {
    const resolve = this.#resolvers.get(id);
    this.#resolvers.delete(id);
    resolve?.(reply);
  }
}
