import { afterEach, expect, it } from "vitest";
import { noArguments } from "../../src/corefile/arguments.ts";
import { Rcode } from "../../src/dns/iana/rcode.ts";
import { cache } from "../../src/plugins/cache/index.ts";
import type { Instance } from "../../src/server/contract/plugin.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { Validity } from "../../src/server/contract/validity.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { TableBench } from "./table-bench.ts";

const open: TableBench[] = [];
afterEach(() => Promise.all(open.splice(0).map((bench) => bench.close())));

const packet = encodeQuestion(parseQuestion("a.test A"), 1);

/** Which answer to one question is the first that comes out of the table. */
async function firstFromTable(corefile: string, source: Instance): Promise<number> {
  const own = definePlugin({ name: "source", parse: noArguments, create: () => source });
  const bench = await TableBench.open(corefile, [cache, own]);
  open.push(bench);
  for (let nth = 1; nth < 10; nth++) {
    if (bench.askTable(packet)) return nth;
    await bench.ask(packet);
  }
  return Number.POSITIVE_INFINITY;
}

function answer(validity: Validity, isForwarded: boolean): Instance {
  return {
    passable: true,
    serve: () => {
      const reply = new Reply(Rcode.NOERROR, 0, validity);
      reply.answer = records("a.test. 60 IN A 192.0.2.1");
      reply.isForwarded = isForwarded;
      return reply;
    },
  };
}

/** docs/architecture.md says so. */
it("a question's third answer is the first from the table", async () => {
  expect(await firstFromTable(". {\n source\n }\n", answer(Validity.always, false))).toBe(3);
});

it("out of the cache, the fourth is", async () => {
  const upstreams = answer(Validity.once, true);
  expect(await firstFromTable(". {\n cache\n source\n }\n", upstreams)).toBe(4);
});
