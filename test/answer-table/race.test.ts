import { once } from "node:events";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatRcode } from "../../src/dns/iana/rcode.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { namespace, service, slice, headless } from "../../src/plugins/kubernetes/cluster.cases.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { ChangingCluster } from "./changing-cluster.ts";
import { TableBench } from "./table-bench.ts";

const KINDS = ["Namespace", "Service", "EndpointSlice"] as const;
const corefiles = {
  "kubernetes alone": ".:53 {\n kubernetes cluster.local\n }",
  "the cache in front": ".:53 {\n cache 30\n loadbalance\n kubernetes cluster.local\n }",
};

function request(line: string, id = 7): Buffer {
  return encodeQuestion(parseQuestion(line), id);
}

/** Response code and addresses. */
async function answer(bench: TableBench, line: string): Promise<string> {
  const packet = await bench.ask(request(line));
  const message = packet && parseMessage(packet);
  if (!message) return "none";
  const addresses = message.answer.map((record) => formatRecord(record).split(" ").at(-1) ?? "");
  return [formatRcode(message.rcode), ...addresses.toSorted()].join(" ");
}

const SERVICES = 4;
/** What can happen to Service `i`, or to all. */
type Step =
  | { what: "ask"; i: number; type: "A" | "AAAA" | "SRV" }
  | { what: "address"; i: number; address: number }
  | { what: "remove"; i: number }
  | { what: "endpoints"; i: number; addresses: readonly number[] }
  | { what: "namespace"; exists: boolean };

const which = fc.nat(SERVICES - 1);
const types = fc.constantFrom("A", "AAAA", "SRV");
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ what: fc.constant("ask"), i: which, type: types }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant("address"), i: which, address: fc.nat(250) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("remove"), i: which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("endpoints"),
      i: which,
      addresses: fc.array(fc.nat(9), { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("namespace"), exists: fc.boolean() }) },
);

/** What the cluster should look like from outside. Odd Services are headless. */
class Model {
  readonly addresses = new Map<number, number>();
  readonly endpoints = new Map<number, readonly number[]>();
  hasNamespace = true;

  expected(i: number, type: "A" | "AAAA" | "SRV"): string {
    const address = this.addresses.get(i);
    const endpoints = [...new Set(this.endpoints.get(i) ?? [])];
    const isHeadless = i % 2 === 1;
    const exists = this.hasNamespace && address !== undefined;
    if (!exists || (isHeadless && endpoints.length === 0)) return "NXDOMAIN";
    if (type === "AAAA") return "NOERROR";
    const addresses = isHeadless ? endpoints.map((one) => `10.9.0.${one}`) : [`10.8.0.${address}`];
    if (type === "A") return ["NOERROR", ...addresses.toSorted()].join(" ");
    const targets = isHeadless
      ? endpoints.map((one) => `10-9-0-${one}.svc-${i}.shop.svc.cluster.local.`)
      : [`svc-${i}.shop.svc.cluster.local.`];
    return ["NOERROR", ...targets.toSorted()].join(" ");
  }
}

function apply(step: Exclude<Step, { what: "ask" }>, cluster: ChangingCluster, model: Model): void {
  if (step.what === "namespace") {
    model.hasNamespace = step.exists;
    if (step.exists) cluster.upsert(namespace("shop"));
    else cluster.remove("Namespace", namespace("shop"));
    return;
  }
  const path = `shop/svc-${step.i}`;
  if (step.what === "remove") {
    model.addresses.delete(step.i);
    cluster.remove("Service", { namespace: "shop", name: `svc-${step.i}` });
  } else if (step.what === "address") {
    model.addresses.set(step.i, step.address);
    const clusterIPs = [`10.8.0.${step.address}`];
    cluster.upsert(step.i % 2 === 1 ? headless(path) : service(path, { clusterIPs }));
  } else {
    model.endpoints.set(step.i, step.addresses);
    cluster.upsert(
      slice(
        path,
        step.addresses.map((one) => `10.9.0.${one}`),
      ),
    );
  }
}

describe.each(Object.entries(corefiles))("with %s", (_what, corefile) => {
  it("no answer is older than the last change", async () => {
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 40, maxLength: 120 }), async (script) => {
        const cluster = new ChangingCluster();
        const bench = await TableBench.open(corefile, cluster.plugins);
        const model = new Model();
        cluster.upsert(namespace("shop"));
        cluster.synced(...KINDS);
        for (const step of script) {
          if (step.what !== "ask") {
            apply(step, cluster, model);
            continue;
          }
          const line = `svc-${step.i}.shop.svc.cluster.local ${step.type}`;
          if (bench.askTable(request(line))) hits++;
          // The second and third time it may be in the table.
          for (let i = 0; i < 3; i++) {
            expect(await answer(bench, line)).toBe(model.expected(step.i, step.type));
          }
        }
        await bench.close();
      }),
      { numRuns: 60, endOnFailure: true },
    );
    expect(hits).toBeGreaterThan(100);
  });

  it("a reader on another thread sends nothing that is older than what can be seen", async () => {
    const names = ["svc-0", "svc-1", "svc-2"];
    const cluster = new ChangingCluster();
    const bench = await TableBench.open(corefile, cluster.plugins);
    cluster.upsert(namespace("shop"));
    const shared = new SharedArrayBuffer(4 * (3 + names.length));
    const words = new Int32Array(shared);
    const requests = names.map((name) => request(`${name}.shop.svc.cluster.local A`));
    const reader = bench.table.writer.readers.open();
    const { endpoint } = bench.endpoint;
    const table = bench.table.writer.buffer;
    const worker = new Worker(new URL("race-reader.ts", import.meta.url), {
      workerData: { table, reader, endpoint, shared, requests },
    });
    await once(worker, "online");

    let version = 0;
    for (let round = 0; round < 60_000; round++) {
      const i = round % names.length;
      version++;
      const clusterIPs = [`10.${version >> 16}.${(version >> 8) & 255}.${version & 255}`];
      cluster.upsert(service(`shop/${names[i]}`, { clusterIPs }));
      if (round < names.length) cluster.synced(...KINDS);
      // From here on the new address can be had from the main thread.
      Atomics.store(words, 3 + i, version);
      void bench.ask(requests[i] as Buffer);
      void bench.ask(requests[i] as Buffer);
      const [, hits = 0] = words;
      if (round >= 3_000 && hits >= 2_000) break;
      if (round % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    Atomics.store(words, 0, 1);
    await once(worker, "exit");
    await bench.close();

    expect(words[2]).toBe(0);
    expect(words[1]).toBeGreaterThan(100);
    expect(bench.table.writer.readers.lost).toBe(0);
  });
});
