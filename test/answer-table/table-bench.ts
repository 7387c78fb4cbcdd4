import { Faults } from "../../src/corefile/faults.ts";
import { parseCorefile } from "../../src/corefile/corefile.ts";
import { HttpEndpoints } from "../../src/http/http-endpoints.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { plugins } from "../../src/plugins/index.ts";
import type { Client } from "../../src/transport/client.ts";
import type { Configuration } from "../../src/server/configuration.ts";
import { buildWhatIsGood } from "../../src/server/configuration.ts";
import { Dispatcher } from "../../src/server/pipeline/dispatcher.ts";
import type { PluginOrder } from "../../src/server/plugin-order.ts";
import { AnswerTable } from "../../src/server/table/answer-table.ts";
import { EndpointTable } from "../../src/server/table/endpoint-table.ts";
import { silentLog } from "../../src/testing/context.ts";
import { until } from "../../src/testing/until.ts";
import { frame } from "../../src/dns/frame-reader.ts";
import { StreamResponder } from "../../src/transport/stream-responder.ts";

/** One configuration without sockets, asked through the answer table or past it. */
export class TableBench {
  readonly metrics: Metrics;
  readonly table = new AnswerTable();
  readonly endpoint: EndpointTable;
  readonly configuration: Configuration;
  /** What clients ask over. */
  transport: "udp" | "tcp" = "udp";
  readonly #streams: StreamResponder;
  readonly #withTable: Dispatcher;
  readonly #without: Dispatcher;

  private constructor(corefile: string, list: PluginOrder) {
    const metrics = new Metrics();
    this.metrics = metrics;
    const endpoint = EndpointTable.open(this.table);
    if (!endpoint) throw new Error("Cannot open table");
    this.endpoint = endpoint;
    this.#streams = new StreamResponder(endpoint.stream);
    const faults = new Faults();
    this.configuration = buildWhatIsGood(
      { blocks: parseCorefile(corefile, "Corefile"), files: [], digest: "" },
      {
        plugins: list,
        defaultPort: 53,
        log: silentLog(),
        metrics,
        host: {
          http: new HttpEndpoints(),
          isServing: () => true,
          reload: () => Promise.reject(new Error("Cannot reload: this is a test")),
          fatal: () => {},
        },
      },
      faults,
    );
    faults.throwIfAny();
    const [first] = this.configuration.endpoints.values();
    if (!first) throw new Error("Cannot make bench: no endpoint");
    this.#withTable = new Dispatcher(first.router, endpoint);
    this.#without = new Dispatcher(first.router);
    metrics.beforeText(() => this.table.count());
  }

  static async open(corefile: string, list: PluginOrder = plugins): Promise<TableBench> {
    const bench = new TableBench(corefile, list);
    const { instances } = bench.configuration;
    for (const { instance } of instances) await instance.start?.();
    return bench;
  }

  /** Resolves when all plugins are ready. */
  async ready(): Promise<this> {
    const { instances } = this.configuration;
    await until(() => instances.every(({ instance }) => instance.notReady?.() === undefined));
    return this;
  }

  async close(): Promise<void> {
    this.table.stop();
    for (const { instance } of this.configuration.instances) await instance.stop?.();
  }

  /** Asks as the server does; undefined if there is no reply. */
  async ask(packet: Buffer, address?: string): Promise<Buffer | undefined> {
    // A stream asks the table itself, before the dispatcher.
    const known = this.transport === "tcp" ? this.askTable(packet, address) : undefined;
    return known ?? this.#send(this.#withTable, packet, address);
  }

  /** Asks the chain, whatever the table knows. */
  askChain(packet: Buffer, address?: string): Promise<Buffer | undefined> {
    return this.#send(this.#without, packet, address);
  }

  /** Asks the table alone; undefined if it does not know. */
  askTable(packet: Buffer, address = "127.0.0.1"): Buffer | undefined {
    if (this.transport === "tcp") return this.#askStream(packet, address);
    let answer: Buffer | undefined;
    const client = this.#client(address, (reply) => (answer = reply && Buffer.from(reply)));
    this.endpoint.answer(packet, client);
    return answer;
  }

  #askStream(packet: Buffer, address: string): Buffer | undefined {
    const framed = frame(packet);
    const written: Buffer[] = [];
    const stream = { write: (octets: Buffer) => written.push(Buffer.from(octets)) };
    const end = this.#streams.answer(framed, 0, address.includes(":"), 1, stream);
    const [reply] = written;
    if (end !== (reply ? framed.length : 0)) throw new Error(`Cannot be: it stopped at ${end}`);
    if (reply && reply.readUInt16BE(0) !== reply.length - 2) throw new Error("Cannot be: length");
    return reply?.subarray(2);
  }

  #send(
    dispatcher: Dispatcher,
    packet: Buffer,
    address = "127.0.0.1",
  ): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      dispatcher.receive(
        Buffer.from(packet),
        this.#client(address, (reply) => resolve(reply ? Buffer.from(reply) : undefined)),
      );
    });
  }

  #client(address: string, onReply: (reply: Buffer | undefined) => void): Client {
    const isStream = this.transport === "tcp";
    return {
      transport: this.transport,
      address,
      port: 40_000,
      localAddress: "127.0.0.1",
      localPort: 53,
      maxReplyOctets: isStream ? 65_535 : 1232,
      keepaliveMs: isStream ? 10_000 : 0,
      send: (reply) => onReply(reply),
      drop: () => onReply(undefined),
    };
  }
}
