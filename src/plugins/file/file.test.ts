import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { parseRecord } from "../../dns/presentation.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import { Reply } from "../../server/contract/reply.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { until } from "../../testing/until.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, passedOn, testQuery } from "../../testing/query.ts";
import type { Next } from "../../server/contract/plugin.ts";
import { File } from "./file.ts";
import { parseFile } from "./parse.ts";

const ORIGIN = Name.parse("example.org.");
let folder = "";
let path = "";
const running: File[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "file-"));
  path = join(folder, "db");
  await writeFile(path, zoneText(1));
});

afterEach(async () => {
  for (const one of running.splice(0)) one.stop();
  await rm(folder, { recursive: true });
});

function zoneText(serial: number, more = ""): string {
  return `$TTL 300\n@ SOA ns host ${serial} 1 1 1 60\n@ NS ns\nns A 192.0.2.53\nwww A 192.0.2.${serial}\n${more}`;
}

async function start(
  directives: string[],
  context: PluginContext = testContext({ zones: ["example.org"] }),
): Promise<File> {
  const entries = directives.flatMap((text) => parseFile(testDirective(text)));
  const one = new File(entries, context);
  running.push(one);
  await one.start();
  return one;
}

/** Looks are a millisecond apart; the time of change is another one in any case. */
async function change(text: string): Promise<void> {
  await writeFile(path, text);
  await utimes(path, new Date(), new Date(Date.now() + 5_000 * ++changes));
}
let changes = 0;

function asked(one: File, name: string, type: string, next: Next = passedOn): Promise<Sections> {
  return ask(one, testQuery(name, type), next);
}

test("a zone is served that is read from a file", async () => {
  const one = await start([`file ${path}`]);
  expect(await asked(one, "www.example.org.", "A")).toMatchObject({
    answer: ["www.example.org. 300 IN A 192.0.2.1"],
    authority: ["example.org. 300 IN NS ns.example.org."],
  });
});

test("a file with another serial number is taken over, and what was said before holds good no longer", async () => {
  const one = await start([`file ${path} {\nreload 1ms\n}`]);
  const validity = one.zones.get(ORIGIN)?.validity;
  expect(validity?.isCurrent).toBe(true);
  await change(zoneText(2));
  await until(() => validity?.isCurrent === false);
  expect(await asked(one, "www.example.org.", "A")).toMatchObject({
    answer: ["www.example.org. 300 IN A 192.0.2.2"],
  });
});

test("a file with the same serial number is not, and the log says so", async () => {
  const { log, lines } = recordingLog();
  const one = await start(
    [`file ${path} {\nreload 1ms\n}`],
    testContext({ zones: ["example.org"], log }),
  );
  await change(zoneText(1, "new A 192.0.2.9\n"));
  await until(() => lines.some((line) => line.includes("its serial number 1 has not")));
  expect(await asked(one, "new.example.org.", "A")).toMatchObject({ rcode: "NXDOMAIN" });
});

test("with reload_by_mtime it is", async () => {
  const one = await start([`file ${path} {\nreload_by_mtime\nreload 1ms\n}`]);
  const validity = one.zones.get(ORIGIN)?.validity;
  await change(zoneText(1, "new A 192.0.2.9\n"));
  await until(() => validity?.isCurrent === false);
  expect(await asked(one, "new.example.org.", "A")).toMatchObject({ rcode: "NOERROR" });
});

test("what is no zone changes nothing", async () => {
  const { log, lines } = recordingLog();
  const one = await start(
    [`file ${path} {\nreload 1ms\n}`],
    testContext({ zones: ["example.org"], log }),
  );
  await change(zoneText(2, "www CNAME ns\n"));
  await until(() => lines.some((line) => line.includes("CNAME beside A")));
  expect(await asked(one, "www.example.org.", "A")).toMatchObject({
    answer: ["www.example.org. 300 IN A 192.0.2.1"],
  });
});

test("the difference between two versions is in the journal", async () => {
  const one = await start([`file ${path} {\nreload 1ms\n}`]);
  await change(zoneText(2));
  await until(() => one.zones.get(ORIGIN)?.serial === 2);
  const changesSince = one.zones.get(ORIGIN)?.journal.since(1);
  expect(changesSince?.map(({ removed, added }) => [removed.length, added.length])).toEqual([
    [2, 2],
  ]);
});

test("a file that is wrong is refused, and one that is not there is waited for", async () => {
  await writeFile(path, "@ 1 A 192.0.2.1\n");
  await expect(start([`file ${path}`])).rejects.toThrow("there is no SOA record");
  const one = await start([`file ${path}-absent`]);
  await expect(asked(one, "www.example.org.", "A")).rejects.toThrow(
    /there is no good version of zone "example.org."/,
  );
  await expect(start([`file ${path}-absent {\nreload 0\n}`])).rejects.toThrow("ENOENT");
});

test("of several zones the longest answers, but for DS records of its apex", async () => {
  const child = join(folder, "child");
  await writeFile(child, zoneText(7));
  await writeFile(path, zoneText(1, `sub NS ns.sub\nsub DS 1 13 2 ${"0".repeat(64)}\n`));
  const one = await start([`file ${path} example.org`, `file ${child} sub.example.org`]);
  expect(await asked(one, "www.sub.example.org.", "A")).toMatchObject({
    answer: ["www.sub.example.org. 300 IN A 192.0.2.7"],
  });
  expect(await asked(one, "sub.example.org.", "DS")).toMatchObject({
    answer: [expect.stringContaining("DS 1 13 2")],
  });
});

test("a zone with two files is an error at its line", async () => {
  await expect(start([`file ${path}`, `file ${path}`])).rejects.toThrow(
    /Corefile:2.*has a file already/,
  );
});

test("names that the zone does not have go on with fallthrough, until it has them", async () => {
  const one = await start([`file ${path} {\nfallthrough\n}`]);
  const next = (): Reply =>
    Reply.authoritative([parseRecord("new.example.org. 5 IN A 192.0.2.77")]);
  expect(await asked(one, "new.example.org.", "A", next)).toMatchObject({
    answer: ["new.example.org. 5 IN A 192.0.2.77"],
  });
  expect(await asked(one, "www.example.org.", "MX", next)).toMatchObject({ answer: [] });
});

test.each([
  ["an answer", Rcode.NOERROR, ["far.elsewhere. 9 IN A 192.0.2.99"], "NOERROR", 2],
  ["no such name", Rcode.NXDOMAIN, [], "NXDOMAIN", 1],
  ["a refusal, which leaves it to the client", Rcode.REFUSED, [], "NOERROR", 1],
])("an alias out of the zone comes to %s", async (_, rcode, records, expected, answers) => {
  await writeFile(path, zoneText(1, "out CNAME far.elsewhere.\n"));
  const resolve = (): Reply => {
    const reply = new Reply(rcode);
    reply.answer = records.map((text) => parseRecord(text));
    return reply;
  };
  const one = await start(
    [`file ${path}`],
    testContext({ zones: ["example.org"], host: { resolve } }),
  );
  const told = await asked(one, "out.example.org.", "A");
  expect(told).toMatchObject({ rcode: expected });
  expect(told.answer).toHaveLength(answers);
});
