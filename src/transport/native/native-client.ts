import { MAX_UDP_OCTETS } from "../../dns/edns.ts";
import type { Client, Outbox } from "../client.ts";
import { addressOf, localAddressOf, portOf } from "./socket-address.ts";

/** What a client needs of the socket that its query came in by. */
export interface ReplySocket {
  readonly address: string;
  readonly port: number;
  readonly outbox: Outbox;
  reply(record: Buffer, reply: Buffer): void;
  drop(): void;
}

/** Whoever sent one datagram; the addresses are read when somebody asks for them. */
export class NativeClient implements Client {
  readonly transport = "udp";
  readonly maxReplyOctets = MAX_UDP_OCTETS;
  readonly keepaliveMs = 0;
  readonly #socket: ReplySocket;
  readonly #record: Buffer;

  /** @param record the peer as in a MessageBatch, and the datagram */
  constructor(socket: ReplySocket, record: Buffer) {
    this.#socket = socket;
    this.#record = record;
  }

  get address(): string {
    return addressOf(this.#record);
  }

  get port(): number {
    return portOf(this.#record);
  }

  get localAddress(): string {
    return localAddressOf(this.#record) ?? this.#socket.address;
  }

  get localPort(): number {
    return this.#socket.port;
  }

  get outbox(): Outbox {
    return this.#socket.outbox;
  }

  send(reply: Buffer): void {
    this.#socket.reply(this.#record, reply);
  }

  drop(): void {
    this.#socket.drop();
  }
}
