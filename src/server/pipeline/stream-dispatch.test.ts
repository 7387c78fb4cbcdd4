import { expect, test } from "vitest";
import { Composer } from "../../dns/composer.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { records, testQuery } from "../../testing/query.ts";
import { until } from "../../testing/until.ts";
import type { Client } from "../../transport/client.ts";
import type { Exchange } from "../contract/exchange.ts";
import { RecordStream } from "../contract/record-stream.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { ServingBlock } from "./serving-block.ts";
import { WaitingQueries } from "./waiting-queries.ts";
import { ZoneRouter } from "./zone-router.ts";

const RECORDS = records("example.org. 60 IN A 192.0.2.1", "example.org. 60 IN A 192.0.2.2");

/** A server whose only answer to a transfer is a stream. */
function serverOf(
  seen: Exchange[],
  waiting: WaitingQueries,
): { block: ServingBlock; dispatcher: Dispatcher } {
  const block: ServingBlock = {
    zones: [Name.root],
    chain: () => new RecordStream(RECORDS),
    tracedChain: () => new RecordStream(RECORDS),
    accepts: new Set(["transfer"]),
    view: undefined,
    passesOption: undefined,
    at: undefined,
    isEmpty: false,
    open: undefined,
    maxUdpOctets: 1_232,
    observers: [(exchange) => void seen.push(exchange)],
    repeat: undefined,
    inFlight: 0,
  };
  const router = new ZoneRouter<ServingBlock>();
  router.add(Name.root, block);
  return { block, dispatcher: new Dispatcher(router, undefined, waiting) };
}

function question(): Buffer {
  const composer = new Composer();
  composer.begin(1, 0, 512);
  composer.question(Name.parse("example.org."), RrType.AXFR, 1);
  return Buffer.from(composer.finish());
}

/** What a client over this transport is sent. */
function clientOf(transport: "udp" | "tcp"): { client: Client; sent: Buffer[] } {
  const sent: Buffer[] = [];
  const { client } = testQuery("example.org.", "AXFR", {
    transport,
    onSend: (packet) => void sent.push(packet),
  });
  return { client, sent };
}

test("a stream is an exchange like others, once it is over", async () => {
  const seen: Exchange[] = [];
  const waiting = new WaitingQueries();
  const { block, dispatcher } = serverOf(seen, waiting);
  const { client, sent } = clientOf("tcp");
  dispatcher.receive(question(), client);
  expect([block.inFlight, waiting.count, seen.length]).toEqual([1, 1, 0]);
  await until(() => seen.length > 0);
  expect(sent).toHaveLength(1);
  expect(seen).toMatchObject([{ octets: sent[0]?.length, failure: undefined }]);
  expect([block.inFlight, waiting.count]).toEqual([0, 0]);
});

test("a stream is refused to who takes one message only", () => {
  const seen: Exchange[] = [];
  const { dispatcher } = serverOf(seen, new WaitingQueries());
  const { client, sent } = clientOf("udp");
  dispatcher.receive(question(), client);
  expect(sent.map((packet) => packet.readUInt16BE(2) & 0xf)).toEqual([Rcode.REFUSED]);
  expect(String(seen[0]?.failure)).toContain("it takes TCP");
});

test("a stream is refused where too many wait", () => {
  const seen: Exchange[] = [];
  const { dispatcher } = serverOf(seen, new WaitingQueries({ all: 1, perClient: 1 }));
  const { client, sent } = clientOf("tcp");
  dispatcher.receive(question(), client);
  dispatcher.receive(question(), client);
  expect(sent.map((packet) => packet.readUInt16BE(2) & 0xf)).toEqual([Rcode.REFUSED]);
});
