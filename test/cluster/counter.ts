import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "./api-client.ts";
import type { Named } from "./cluster-objects.ts";
import { dnsName, ready, serviceOf, sliceOf } from "./cluster-objects.ts";
import type { DnsServer } from "./dns-server.ts";

/** A headless Service whose one endpoint counts: its address is 10.x.y.z for the number xyz. */
export class Counter {
  readonly named: Named;
  /** The last number that the API server has taken. */
  taken = 0;
  /** When it had taken that, on the clock of `performance.now()`. */
  takenMs = 0;
  readonly #client: ApiClient;

  constructor(client: ApiClient, named: Named) {
    this.#client = client;
    this.named = named;
  }

  get question(): string {
    return `${dnsName(this.named)} A`;
  }

  /** Makes the Service, with the number 1. */
  async create(): Promise<void> {
    await this.#client.create(serviceOf(this.named, "None"));
    await this.next();
  }

  async next(): Promise<void> {
    const value = this.taken + 1;
    const address = `10.${value >> 16}.${(value >> 8) & 0xff}.${value & 0xff}`;
    const slice = sliceOf(this.named, this.named.name, ready(address));
    await (value === 1 ? this.#client.create(slice) : this.#client.replace(slice));
    this.takenMs = performance.now();
    this.taken = value;
  }

  /** The number in a server's answer; 0 if there is none. */
  async look(server: DnsServer): Promise<number> {
    const { answer } = await server.ask(this.question);
    const address = /(\d+)\.(\d+)\.(\d+)$/.exec(answer[0] ?? "") ?? [];
    const [x = 0, y = 0, z = 0] = address.slice(1).map(Number);
    return (x << 16) | (y << 8) | z;
  }

  /**
   * Waits until a server answers with the number of now.
   * @returns how long after the API server took it, in milliseconds
   * @throws {Error} if it does not in time
   */
  async arrival(server: DnsServer, timeoutMs: number): Promise<number> {
    const value = this.taken;
    const lateMs = (): number => performance.now() - this.takenMs;
    while ((await this.look(server)) < value) {
      if (lateMs() > timeoutMs) {
        throw new Error(`"${this.question}": no ${value} after ${timeoutMs} ms`);
      }
      await sleep(0.5);
    }
    return lateMs();
  }
}
