import { randomInt } from "node:crypto";
import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import type { ApiClient } from "./api-client.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";

const INTERVAL_MS = 10;
const LOST_AFTER_MS = 2000;
const HEADER_OCTETS = 12;

interface Slice extends KubernetesObject {
  readonly endpoints: readonly { readonly conditions: { readonly ready: boolean } }[];
  readonly ports: readonly { readonly port: number }[];
}

/** What came of the queries so far. */
export interface Traffic {
  readonly asked: number;
  /** Without an answer within two seconds, or with one that is none; a client would have had to ask again. */
  readonly lost: number;
}

/** Asks 100 times a second over UDP, each time one of the ready endpoints of a Service by chance, as kube-proxy would have it. */
export class ServiceTraffic {
  readonly #question: ReturnType<typeof parseQuestion>;
  readonly #socket: Socket = createSocket("udp4");
  readonly #endpoints = new Map<string, number>();
  readonly #waiting = new Map<number, NodeJS.Timeout>();
  readonly #timer: NodeJS.Timeout;
  #asked = 0;
  #lost = 0;
  #isStopped = false;

  /** @param service of `kube-system` */
  constructor(client: ApiClient, service: string, question: string) {
    this.#question = parseQuestion(question);
    this.#socket.on("message", (packet) => this.#take(packet));
    // Until stopped: the control plane ends it with its connections.
    this.#follow(client, service).catch(() => undefined);
    this.#timer = setInterval(() => this.#ask(), INTERVAL_MS);
  }

  /** Whether there is anybody to ask. */
  get hasEndpoints(): boolean {
    return this.#endpoints.size > 0;
  }

  /** All queries up to now, when each is answered or lost. */
  async soFar(): Promise<Traffic> {
    const asked = this.#asked;
    const open = [...this.#waiting.keys()];
    while (open.some((id) => this.#waiting.has(id))) await sleep(INTERVAL_MS);
    return { asked, lost: this.#lost };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.soFar();
    this.#isStopped = true;
    this.#socket.close();
  }

  async #follow(client: ApiClient, service: string): Promise<void> {
    const slices = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      namespace: "kube-system",
    };
    const labelSelector = `kubernetes.io/service-name=${service}`;
    for await (const { type, object } of client.watch(slices, { labelSelector })) {
      if (this.#isStopped) return;
      const { metadata, endpoints, ports } = object as Slice;
      const isReady = type !== "DELETED" && endpoints.some(({ conditions }) => conditions.ready);
      if (isReady) this.#endpoints.set(metadata.name, ports[0]?.port ?? 0);
      else this.#endpoints.delete(metadata.name);
    }
  }

  #ask(): void {
    const ports = [...this.#endpoints.values()];
    const port = ports.length === 0 ? undefined : ports[randomInt(ports.length)];
    const id = ++this.#asked & 0xffff;
    const lose = (): void => {
      this.#waiting.delete(id);
      this.#lost++;
    };
    if (port === undefined) {
      this.#lost++;
      return;
    }
    this.#waiting.set(id, setTimeout(lose, LOST_AFTER_MS));
    this.#socket.send(encodeQuestion(this.#question, id), port, "127.0.0.1");
  }

  #take(packet: Buffer): void {
    const id = packet.readUInt16BE(0);
    clearTimeout(this.#waiting.get(id));
    if (!this.#waiting.delete(id)) return;
    const rcode = packet.readUInt8(3) & 0x0f;
    const answers = packet.length < HEADER_OCTETS ? 0 : packet.readUInt16BE(6);
    if (rcode !== 0 || answers === 0) this.#lost++;
  }
}
