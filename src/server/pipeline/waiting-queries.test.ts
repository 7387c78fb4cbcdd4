import { afterEach, describe, expect, it } from "vitest";
import { decodeExtendedError } from "../../dns/edns.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { parseMessage } from "../../dns/message.ts";
import { Name } from "../../dns/name.ts";
import { Composer } from "../../dns/composer.ts";
import { onFault } from "../../observe/faults.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Client } from "../../transport/client.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Outcome, Result } from "../contract/reply.ts";
import { Reply } from "../contract/reply.ts";
import { TooManyWaiting, WaitingQueries } from "./waiting-queries.ts";
import { ZoneRouter } from "./zone-router.ts";
import type { ServingBlock } from "./serving-block.ts";
import type { Query } from "../contract/query.ts";

// Those that fail are meant to.
onFault(() => {});

const LIMITS = { all: 50, perClient: 20 };

/** A dispatcher whose chain waits for every name but `here.`, until the test settles it. */
class Bench {
  readonly waiting = new WaitingQueries(LIMITS);
  readonly pending: PromiseWithResolvers<Outcome>[] = [];
  readonly seen: unknown[] = [];
  readonly sent: { address: string; packet: Buffer }[] = [];
  dropped = 0;
  #dispatcher: Dispatcher;

  constructor(wait: (query: Query) => Result = (query) => this.wait(query)) {
    const router = new ZoneRouter<ServingBlock>();
    router.add(Name.root, {
      zones: [Name.root],
      chain: (query) => (query.qname.toString() === "here." ? new Reply() : wait(query)),
      tracedChain: () => new Reply(),
      accepts: new Set(),
      view: undefined,
      passesOption: undefined,
      at: undefined,
      isEmpty: false,
      maxUdpOctets: 1_232,
      observers: [({ failure }) => void this.seen.push(failure)],
      repeat: undefined,
      open: undefined,
      inFlight: 0,
    });
    this.#dispatcher = new Dispatcher(router, undefined, this.waiting);
  }

  wait(query: Query): Result {
    if (!query.mayWait) throw new TooManyWaiting();
    return this.waitAnyway();
  }

  waitAnyway(): Promise<Outcome> {
    const pending = Promise.withResolvers<Outcome>();
    this.pending.push(pending);
    return pending.promise;
  }

  ask(address: string, qname = "elsewhere."): void {
    const client: Client = {
      transport: "udp",
      address,
      port: 1,
      localAddress: "127.0.0.1",
      localPort: 53,
      maxReplyOctets: 1232,
      keepaliveMs: 0,
      send: (packet) => this.sent.push({ address, packet: Buffer.from(packet) }),
      drop: () => this.dropped++,
    };
    this.#dispatcher.receive(question(qname), client);
  }

  /** rcode and Extended DNS Error of what was sent last. */
  last(): string {
    const message = parseMessage(this.sent.at(-1)?.packet ?? Buffer.alloc(0));
    const [option] = message?.edns?.options ?? [];
    const text = option && decodeExtendedError(option.data)?.extraText;
    return [message?.rcode, text ?? []].flat().join(" ");
  }

  async metrics(): Promise<string[]> {
    const metrics = new Metrics();
    this.waiting.publish(metrics);
    return (await metrics.text()).split("\n").filter((line) => line.startsWith("portolan"));
  }
}

function question(qname: string): Buffer {
  const composer = new Composer();
  composer.begin(1, 0x0100, 512);
  composer.question(Name.parse(qname), 1, 1);
  composer.reserve(11);
  composer.edns(1232, 0, false, []);
  return Buffer.from(composer.finish());
}

let bench = new Bench();

afterEach(() => {
  bench = new Bench();
});

describe("queries that wait", () => {
  it("are refused at once when their client has too many, and no others are", async () => {
    for (let i = 0; i < LIMITS.perClient; i++) bench.ask("192.0.2.1");
    expect(bench.sent).toEqual([]);
    bench.ask("192.0.2.1");
    expect(bench.last()).toBe(`${Rcode.REFUSED} too many queries`);
    expect(bench.pending.length).toBe(LIMITS.perClient);
    bench.ask("192.0.2.2");
    expect(bench.pending.length).toBe(LIMITS.perClient + 1);
    bench.ask("192.0.2.1", "here.");
    expect(bench.last()).toBe("0");
    expect(await bench.metrics()).toEqual([
      "portolan_queries_waiting 21",
      'portolan_queries_refused_total{limit="all"} 0',
      'portolan_queries_refused_total{limit="client"} 1',
    ]);
  });

  it("are refused at once when there are too many of all, whoever asks", async () => {
    for (let i = 0; i < LIMITS.all; i++) bench.ask(`192.0.2.${i % 10}`);
    bench.ask("192.0.2.99");
    expect(bench.last()).toBe(`${Rcode.REFUSED} too many queries`);
    bench.ask("192.0.2.99", "here.");
    expect(bench.last()).toBe("0");
    expect(bench.pending.length).toBe(LIMITS.all);
    expect(await bench.metrics()).toContain('portolan_queries_refused_total{limit="all"} 1');
  });

  it("are none any more when all have ended, however that was", async () => {
    for (let i = 0; i < LIMITS.all; i++) bench.ask(`192.0.2.${i % 10}`);
    bench.pending.forEach(({ resolve, reject }, i) => {
      if (i % 2 === 0) reject(new Error("aborted"));
      else resolve(new Reply());
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(bench.waiting.count).toBe(0);
    expect(bench.sent.length).toBe(LIMITS.all);
    for (let i = 0; i < LIMITS.perClient; i++) bench.ask("192.0.2.1");
    expect(bench.waiting.count).toBe(LIMITS.perClient);
  });

  it("are answered for a plugin that waits though it may not", async () => {
    bench = new Bench(() => bench.waitAnyway());
    for (let i = 0; i <= LIMITS.perClient; i++) bench.ask("192.0.2.1");
    expect(bench.last()).toBe(`${Rcode.REFUSED} too many queries`);
    expect(bench.seen.map(String)).toEqual([
      "QueryError: Cannot wait for an answer: too many queries do",
    ]);
    for (const { reject } of bench.pending) reject(new Error("aborted"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(bench.waiting.count).toBe(0);
    expect(bench.sent.length).toBe(LIMITS.perClient + 1);
  });
});
