import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { flusher } from "../../src/admin/flush.ts";
import { noArguments } from "../../src/corefile/arguments.ts";
import { cache } from "../../src/plugins/cache/index.ts";
import type { Instance } from "../../src/server/contract/plugin.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { TableBench } from "./table-bench.ts";

let asked: string[];
const source: Instance = {
  passable: true,
  serve({ qname, qtype }) {
    asked.push(`${qname} ${qtype}`);
    const owner = qname.toString().toLowerCase();
    const record = qtype === 1 ? `${owner} 60 IN A 192.0.2.1` : `${owner} 60 IN AAAA 2001:db8::1`;
    return Reply.authoritative(records(record));
  },
};
const list = [cache, definePlugin({ name: "source", parse: noArguments, create: () => source })];
const NAMES = ["web.a.test.", "b.web.a.test.", "notweb.a.test.", "a.test.", "other.test."];

let open: TableBench;
let flush: (body: unknown) => Promise<unknown>;

/** All names, of both types, known to the cache; those of type A to the table besides. */
async function fill(corefile: string): Promise<void> {
  asked = [];
  open = await TableBench.open(corefile, list);
  flush = flusher(() => open.configuration, open.table);
  for (let time = 0; time < 3; time++) for (const name of NAMES) await ask(name);
  for (const name of NAMES) await ask(name, "AAAA");
  asked = [];
}

async function ask(name: string, type = "A"): Promise<void> {
  await open.ask(encodeQuestion(parseQuestion(`${name} ${type}`), 1));
}

/** Who is asked for anew, by number of the type. */
async function askedAgain(): Promise<string[]> {
  for (const type of ["A", "AAAA"]) for (const name of NAMES) await ask(name, type);
  return asked;
}

beforeEach(() => {
  asked = [];
});
afterEach(() => open.close());

describe("a flush", () => {
  it("makes cache and table forget a name, and nothing else", async () => {
    await fill(".:53 {\n cache\n source\n}");
    expect(open.askTable(encodeQuestion(parseQuestion("web.a.test. A"), 1))).toBeDefined();
    expect(await flush({ name: "WEB.a.test" })).toEqual({ entries: 2, repeated: 0 });
    expect(open.askTable(encodeQuestion(parseQuestion("web.a.test. A"), 1))).toBeUndefined();
    expect(await askedAgain()).toEqual(["web.a.test. 1", "web.a.test. 28"]);
  });

  it("of some types leaves the others", async () => {
    await fill(".:53 {\n cache\n source\n}");
    expect(await flush({ name: "web.a.test.", types: ["aaaa"] })).toMatchObject({ entries: 1 });
    expect(await askedAgain()).toEqual(["web.a.test. 28"]);
  });

  it("takes the names below along, if it is told to, by whole labels", async () => {
    await fill(".:53 {\n cache\n source\n}");
    expect(await flush({ name: "web.a.test.", below: true, types: ["A"] })).toMatchObject({
      entries: 2,
    });
    expect(await askedAgain()).toEqual(["web.a.test. 1", "b.web.a.test. 1"]);
    expect(await flush({ name: ".", below: true })).toMatchObject({ entries: 10 });
  });

  it("reaches the table where there is no cache", async () => {
    await fill(".:53 {\n source\n}");
    expect(await flush({ name: "a.test.", below: true })).toEqual({ entries: 0, repeated: 4 });
    expect(await flush({ name: "a.test.", below: true })).toEqual({ entries: 0, repeated: 0 });
    expect(open.askTable(encodeQuestion(parseQuestion("other.test. A"), 1))).toBeDefined();
  });

  it("is done ten times a minute", async () => {
    await fill(".:53 {\n source\n}");
    for (let i = 0; i < 10; i++) await flush({ name: "a.test." });
    await expect(flush({ name: "a.test." })).rejects.toMatchObject({ status: 429 });
  });

  it.each([
    [null, "expected an object"],
    [[], "expected an object"],
    [{}, 'expected "name"'],
    [{ name: "a..b" }, 'expected "name"'],
    [{ name: 1 }, '"name" is no string'],
    [{ name: "a", types: "A" }, '"types" is no list'],
    [{ name: "a", types: ["NONE"] }, 'Cannot flush type "NONE": there is none'],
    [{ name: "a", types: Array(101).fill("A") }, '"types" is no list'],
    [{ name: "a", below: "yes" }, '"below" is neither true nor false'],
    [{ name: "a", names: [] }, 'unknown field "names"'],
  ])("for %j says what is wrong", async (body, message) => {
    await fill(".:53 {\n source\n}");
    await expect(flush(body)).rejects.toThrow(message);
    await expect(flush(body)).rejects.toMatchObject({ status: 400 });
  });
});
