import { expect } from "vitest";
import { noArguments } from "../../src/corefile/arguments.ts";
import type { Directive } from "../../src/corefile/directive.ts";
import { Rcode } from "../../src/dns/iana/rcode.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import type {
  ClusterObject,
  ClusterSink,
  ClusterSource,
  Kind,
} from "../../src/kube/cluster-source.ts";
import { plugins } from "../../src/plugins/index.ts";
import type { Instance, PluginContext } from "../../src/server/contract/plugin.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { pluginName } from "../../src/server/plugin-order.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { Validity } from "../../src/server/contract/validity.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { TableBench } from "./table-bench.ts";

/** Stands for an upstream, which knows every name. */
const upstream = definePlugin({
  name: "whoami",
  parse: noArguments,
  create: () => ({
    passable: true,
    serve: async ({ qname }) => {
      const reply = new Reply(Rcode.NOERROR, 0, Validity.once);
      reply.isForwarded = true;
      reply.answer = records(`${qname.toString()} 300 IN A 198.51.100.1`);
      return reply;
    },
  }),
});

/** A plugin that is told of a cluster, as a test needs it. */
export interface ToldPlugin<Options> {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly parse: (directive: Directive) => Options;
  readonly create: (options: Options, context: PluginContext, source: ClusterSource) => Instance;
}

/** A server with the plugin, behind cache and table, over a cluster that the test changes. */
export class ToldBench {
  readonly bench: TableBench;
  readonly sink: ClusterSink;

  private constructor(bench: TableBench, sink: ClusterSink) {
    this.bench = bench;
    this.sink = sink;
  }

  /** @param directive of the plugin, whole */
  static async open<Options>(
    { name, kinds, parse, create }: ToldPlugin<Options>,
    directive: string,
    objects: Iterable<ClusterObject>,
  ): Promise<ToldBench> {
    let sink: ClusterSink | undefined;
    const source = {
      start: async (given: ClusterSink): Promise<void> => void (sink = given),
      stop: () => Promise.resolve(),
    };
    const told = definePlugin<Options>({
      name,
      parse,
      create: (options, context) => create(options, context, source),
    });
    const bench = await TableBench.open(
      `.:53 {\n cache 300\n ${directive}\n whoami\n}`,
      plugins.map((plugin) => {
        const one = pluginName(plugin);
        return one === name ? told : one === "whoami" ? upstream : plugin;
      }),
    );
    if (!sink) throw new Error("not started");
    for (const object of objects) sink.upsert(object);
    for (const kind of kinds) sink.synced(kind);
    return new ToldBench(bench, sink);
  }

  /** Response code and records without TTLs; serial numbers are not compared either. */
  async sayAll(questions: readonly string[]): Promise<string[]> {
    const said: string[] = [];
    for (const question of questions) {
      const packet = await this.bench.ask(encodeQuestion(parseQuestion(question), 1));
      const message = packet && parseMessage(packet);
      const lines = message?.answer.map((one) => formatRecord(one).replace(/ \d+ IN /, " ")) ?? [];
      said.push([question, message?.rcode, ...lines.toSorted()].join(" | "));
    }
    return said;
  }
}

const keyOf = ({ kind, namespace, name }: ClusterObject): string => `${kind}/${namespace}/${name}`;

/** Changes that a test makes one after the other. */
export interface Change {
  readonly object: ClusterObject;
  readonly isRemoval: boolean;
}

/** @throws if after some change an answer is one that a fresh server could not give */
export async function expectFresh(
  open: (objects: Iterable<ClusterObject>) => Promise<ToldBench>,
  questions: readonly string[],
  changes: readonly Change[],
): Promise<void> {
  const there = new Map<string, ClusterObject>();
  const old = await open([]);
  for (const { object, isRemoval } of changes) {
    // The second and third time, cache and table answer.
    for (let i = 0; i < 3; i++) await old.sayAll(questions);
    if (isRemoval) old.sink.remove(object.kind, object);
    else old.sink.upsert(object);
    if (isRemoval) there.delete(keyOf(object));
    else there.set(keyOf(object), object);
    const fresh = await open(there.values());
    expect(await old.sayAll(questions)).toEqual(await fresh.sayAll(questions));
    await fresh.bench.close();
  }
  await old.bench.close();
}
