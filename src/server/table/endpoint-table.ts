import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { MAX_UDP_OCTETS } from "../../dns/edns.ts";
import { Flag } from "../../dns/header.ts";
import type { Responder } from "../../transport/responder.ts";
import type { Client } from "../../transport/client.ts";
import type { Query } from "../contract/query.ts";
import type { Reply } from "../contract/reply.ts";
import type { ServingBlock } from "../pipeline/serving-block.ts";
import type { AnswerTable } from "./answer-table.ts";
import { STREAM_READER, UDP_READER } from "./layout.ts";
import { TableReader } from "./table-reader.ts";
import type { ReaderData } from "./table-responder.ts";

/** Replies are written one behind the other; a new slab takes over when one is full. */
const SLAB_OCTETS = 65_536;
const USUAL_FLAGS = Flag.RD | Flag.AD | Flag.CD;
const HEADER_OCTETS = 12;
const OPT_OCTETS = 11;

/** Beside this file in the sources; a program of its own in the bundle. */
const MODULE = join(import.meta.dirname, `table-responder${extname(import.meta.filename)}`);

/** The answer table as one address and port sees it, on the main thread. */
export class EndpointTable implements Responder {
  /** Its number in the table's memory. */
  readonly endpoint: number;
  readonly module: string = pathToFileURL(MODULE).href;
  readonly #table: AnswerTable;
  readonly #reader: TableReader;
  /** Answers what comes by a stream, on the main thread. */
  readonly stream: TableReader;
  #generation: number;
  #slab = Buffer.allocUnsafeSlow(SLAB_OCTETS);
  #at = 0;

  private constructor(table: AnswerTable, endpoint: number) {
    this.endpoint = endpoint;
    this.#table = table;
    this.#reader = new TableReader(table.writer.buffer, UDP_READER, endpoint);
    this.stream = new TableReader(table.writer.buffer, STREAM_READER, endpoint);
    this.#generation = table.renew(endpoint, 0);
  }

  /** Undefined if there are too many endpoints. */
  static open(table: AnswerTable): EndpointTable | undefined {
    const endpoint = table.openEndpoint();
    return endpoint === undefined ? undefined : new EndpointTable(table, endpoint);
  }

  /** What is kept now; another number after each `renew`. */
  get generation(): number {
    return this.#generation;
  }

  /** Answers on the main thread. */
  get local(): TableReader {
    return this.#reader;
  }

  openReader(): ReaderData | undefined {
    const { buffer, readers } = this.#table.writer;
    const reader = readers.open();
    return reader === undefined ? undefined : { buffer, reader, endpoint: this.endpoint };
  }

  closeReader(data: unknown): void {
    this.#table.writer.readers.close((data as ReaderData).reader);
  }

  /** Sends the reply to a packet, if it is known. Streams have asked for theirs before. */
  answer(packet: Buffer, client: Client): boolean {
    if (client.transport !== "udp") return false;
    const reader = this.#reader;
    const { address } = client;
    reader.isIpv6 = address.includes(":");
    reader.isFrom(address);
    if (this.#at > SLAB_OCTETS - MAX_UDP_OCTETS) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_OCTETS);
      this.#at = 0;
    }
    reader.beginBatch(performance.now());
    const octets = reader.answer(packet, 0, packet.length, this.#slab, this.#at);
    if (octets > 0) client.send(this.#slab.subarray(this.#at, this.#at + octets));
    reader.endBatch(octets > 0 ? performance.now() : 0);
    this.#at = (this.#at + octets + 3) & ~3;
    return octets > 0;
  }

  /** Before the chain is asked: hits of the reply that has expired must have been counted. */
  forgetExpired(packet: Buffer, query: Query): void {
    if (isUsual(query)) this.#table.forgetExpired(query, packet, this.#generation);
  }

  /** Takes a finished reply, which may be kept to be repeated. */
  offer({ repeat, maxUdpOctets }: ServingBlock, query: Query, reply: Reply, packet: Buffer): void {
    if (!repeat || !isUsual(query)) return;
    // Readers know the limit of all, but not of one block: what came whole over TCP could be too long.
    if (maxUdpOctets < MAX_UDP_OCTETS && packet.length > maxUdpOctets) return;
    this.#table.offer(query, reply, packet, { generation: this.#generation, repeat });
  }

  /** Forgets all that has been kept so far, before something else is to be answered. */
  renew(): void {
    this.#generation = this.#table.renew(this.endpoint, this.#generation);
  }

  close(): void {
    this.#table.closeEndpoint(this.endpoint, this.#generation);
    this.#generation = 0;
  }
}

/** Whether a reader of the table would understand the request: see `TableReader`. */
function isUsual(query: Query): boolean {
  const { qname, flags, octets } = query;
  const plain = HEADER_OCTETS + qname.wire.length + 4;
  return (
    (flags & ~USUAL_FLAGS) === 0 &&
    query.options.length === 0 &&
    octets === plain + (query.hasEdns ? OPT_OCTETS : 0)
  );
}
