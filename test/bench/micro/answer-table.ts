import { encodeQuestion, parseQuestion } from "../../recorded/question.ts";
import { State } from "../../../src/server/contract/state.ts";
import { Validity } from "../../../src/server/contract/validity.ts";
import type { Client } from "../../../src/transport/client.ts";
import { encodeReply } from "../../../src/server/pipeline/encode-reply.ts";
import { readQuery } from "../../../src/server/contract/query.ts";
import type { Repetition } from "../../../src/server/contract/reply.ts";
import { Reply } from "../../../src/server/contract/reply.ts";
import type { ServingBlock } from "../../../src/server/pipeline/serving-block.ts";
import { AnswerTable } from "../../../src/server/table/answer-table.ts";
import { EndpointTable } from "../../../src/server/table/endpoint-table.ts";
import { TableReader } from "../../../src/server/table/table-reader.ts";
import { records } from "../../../src/testing/query.ts";

/**
 * What an answer from the table costs, without any socket:
 *
 *     node test/bench/micro/answer-table.ts
 *
 * Prints nanoseconds for each kind of question, and the memory that 10,000 replies took.
 */
const NAMES = 10_000;
const ROUNDS = 60;
const BATCH = 32;

const client: Client = {
  transport: "udp",
  address: "192.0.2.1",
  port: 40_000,
  localAddress: "192.0.2.53",
  localPort: 53,
  maxReplyOctets: 1_232,
  keepaliveMs: 0,
  send: () => {},
  drop: () => {},
};

const block: ServingBlock = {
  zones: [],
  at: undefined,
  chain: () => new Reply(),
  tracedChain: () => new Reply(),
  accepts: new Set(),
  view: undefined,
  passesOption: undefined,
  isEmpty: false,
  maxUdpOctets: 1_232,
  observers: [],
  repeat: { rotates: true, observers: () => [] },
  open: undefined,
  inFlight: 0,
};

function main(): void {
  const before = process.memoryUsage().rss;
  const table = new AnswerTable();
  const endpoint = EndpointTable.open(table);
  if (!endpoint) throw new Error("Cannot make table: no endpoint");
  const reader = new TableReader(table.writer.buffer, 0, endpoint.endpoint);
  const plain = requests("svc", "");
  const fill = timed(NAMES * 2, () => offerTwice(endpoint, plain, undefined, 1));
  report("two offers, the second kept", fill);
  const rss = process.memoryUsage().rss - before;
  const aging = requests("aging", "");
  const now = performance.now();
  offerTwice(endpoint, aging, { ttlSeconds: 30, fromMs: now }, 1);
  const many = requests("many", "");
  offerTwice(endpoint, many, { ttlSeconds: 30, fromMs: now }, 8);
  process.stdout.write(
    `${table.size} replies kept; memory grew by ${rss >> 10} KiB for ${NAMES}\n`,
  );
  report("hit", hits(reader, plain));
  report("hit, TTL counted down", hits(reader, aging));
  report("hit, 8 addresses turned round", hits(reader, many));
  report("miss", hits(reader, requests("absent", "")));
  table.stop();
}

function requests(prefix: string, options: string): Buffer[] {
  return Array.from({ length: NAMES }, (_, i) => {
    const line = `${prefix}-${i}.ns-${i % 100}.svc.cluster.local A ${options}`;
    return encodeQuestion(parseQuestion(line.trim()), i & 0xffff);
  });
}

function offerTwice(
  endpoint: EndpointTable,
  packets: readonly Buffer[],
  aging: Repetition["aging"],
  addresses: number,
): void {
  const validity = Validity.dependingOn(new State());
  for (const packet of packets) {
    const received = readQuery(packet, client);
    if (!received) throw new Error("Cannot read question");
    const { query } = received;
    const name = query.qname.toString();
    const lines = Array.from({ length: addresses }, (_, i) => `${name} 30 IN A 10.0.0.${i + 1}`);
    const reply = Reply.authoritative(records(...lines)).narrow(validity);
    if (aging) reply.repetition = { aging };
    const finished = encodeReply(query, reply);
    endpoint.offer(block, query, reply, finished);
    endpoint.offer(block, query, reply, finished);
  }
}

function hits(reader: TableReader, packets: readonly Buffer[]): number {
  const out = Buffer.alloc(1_236 * BATCH);
  // As transports do: requests lie one behind the other in one buffer.
  const slots = Buffer.alloc(packets.length * 128);
  for (const [i, packet] of packets.entries()) packet.copy(slots, i * 128);
  const lengths = packets.map(({ length }) => length);
  let sum = 0;
  const round = (): void => {
    for (let i = 0; i < packets.length; i++) {
      if (i % BATCH === 0) reader.beginBatch(performance.now());
      sum += reader.answer(slots, i * 128, lengths[i] as number, out, (i % BATCH) * 1_236);
      if (i % BATCH === BATCH - 1) reader.endBatch(performance.now());
    }
  };
  for (let i = 0; i < 10; i++) round();
  let best = Infinity;
  for (let i = 0; i < ROUNDS; i++) best = Math.min(best, timed(packets.length, round));
  if (sum < 0) throw new Error("Cannot be");
  return best;
}

function timed(count: number, work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / count;
}

function report(what: string, nanoseconds: number): void {
  process.stdout.write(`${what.padEnd(32)} ${nanoseconds.toFixed(0).padStart(6)} ns\n`);
}

main();
