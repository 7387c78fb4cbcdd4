import { expect, test } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Next } from "../../server/contract/plugin.ts";
import { Reply } from "../../server/contract/reply.ts";
import { writeKeyFiles } from "../../testing/dnssec-keys.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, records, sections, testQuery } from "../../testing/query.ts";
import { NS, asked, folder, start, zone } from "./dnssec.cases.ts";

test("each RRset of an answer is signed, with the TTL that it has", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  expect(await asked(one, "www.example.org.", "A")).toMatchObject({
    flags: "AA",
    answer: ["www.@ 600 A 192.0.2.1", "www.@ 600 A 192.0.2.2", "www.@ 600 RRSIG A 3 600 @"],
    authority: NS,
  });
});

test("without DO nothing is touched", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  const query = testQuery("nothing.example.org.", "A");
  expect(await ask(one, query, zone)).toEqual(sections(await zone(query)));
  expect(await ask(one, testQuery("example.net.", "A", { do: true }))).toMatchObject({
    rcode: "BADTRUNC",
  });
});

test("a wildcard's answer is signed under the name that was asked", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  expect(await asked(one, "a.wild.example.org.", "TXT")).toMatchObject({
    answer: ['a.wild.@ 600 TXT "any"', "a.wild.@ 600 RRSIG TXT 4 600 @"],
  });
});

test("all of a chain of aliases is signed", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  const { answer } = await asked(one, "alias.example.org.", "A");
  expect(answer.filter((text) => text.includes("RRSIG"))).toEqual([
    "alias.@ 600 RRSIG CNAME 3 600 @",
    "www.@ 600 RRSIG A 3 600 @",
  ]);
});

test("an alias out of the zone is signed, and what it leads to is not", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  const next = (): Reply =>
    Reply.authoritative(
      records("far.example.org. 600 IN CNAME www.elsewhere.", "www.elsewhere. 9 IN A 192.0.2.9"),
    );
  expect(await asked(one, "far.example.org.", "A", next)).toMatchObject({
    answer: [
      "far.@ 600 CNAME www.elsewhere.",
      "far.@ 600 RRSIG CNAME 3 600 @",
      "www.elsewhere. 9 A 192.0.2.9",
    ],
  });
});

test("an alias that a DNAME record implies needs no signature", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  expect(await asked(one, "www.tree.example.org.", "A")).toMatchObject({
    answer: [
      "tree.@ 600 DNAME other.@",
      "tree.@ 600 RRSIG DNAME 3 600 @",
      "www.tree.@ 600 CNAME www.other.@",
      "www.other.@ 600 A 192.0.2.7",
      "www.other.@ 600 RRSIG A 4 600 @",
    ],
  });
});

test("a failure goes by as it is", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  expect(await asked(one, "www.example.org.", "A", () => new Reply(Rcode.REFUSED))).toMatchObject({
    rcode: "REFUSED",
    authority: [],
  });
});

test("what has been signed by these keys is not signed again", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  const signed: Next = (query) => one.serve(query, zone);
  for (const name of ["www.example.org.", "no.example.org."])
    expect(await asked(one, name, "A", signed)).toEqual(await asked(one, name, "A"));
});

/** ECDSAP384SHA384: its signatures are made in other threads. */
const SLOW = { algorithm: 14 };

test("signatures are kept, and made once for all who ask at once", async () => {
  const metrics = new Metrics();
  const one = await start([await writeKeyFiles(folder, SLOW)], { metrics });
  const next = (): Reply => Reply.authoritative(records("ns.example.org. 600 IN A 192.0.2.53"));
  const told = (): Promise<Sections> =>
    ask(one, testQuery("ns.example.org.", "A", { do: true }), next);
  const [first, second] = await Promise.all([told(), told()]);
  expect(first).toEqual(second);
  const query = testQuery("ns.example.org.", "A", { do: true });
  expect(one.serve(query, next)).toBeInstanceOf(Reply);
  const text = await metrics.text();
  expect(text).toContain('coredns_dnssec_cache_hits_total{server="dns://:53"} 1');
  expect(text).toContain('coredns_dnssec_cache_misses_total{server="dns://:53"} 2');
  expect(text).toContain('coredns_dnssec_cache_entries{server="dns://:53",type="signature"} 1');
});

test("where too many queries wait already, nothing is signed that would have to wait", async () => {
  const one = await start([await writeKeyFiles(folder, SLOW)]);
  const query = testQuery("www.example.org.", "A", { do: true });
  query.mayWait = false;
  expect(() => one.serve(query, zone)).toThrow(/too many queries do/);
});

test("what is quickly signed is there at once, but for what is too much for one turn", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  const results = Array.from({ length: 40 }, (_, i) => {
    const [name, address] = [`n${i}.example.org.`, `192.0.2.${i}`];
    const next = (): Reply => Reply.authoritative(records(`${name} 600 IN A ${address}`));
    return one.serve(testQuery(name, "A", { do: true }), next);
  });
  const isLater = results.map((result) => result instanceof Promise);
  expect(isLater.indexOf(true)).toBe(16);
  const replies = results.map(async (result) => result);
  for (const reply of await Promise.all(replies))
    expect(reply).toMatchObject({ answer: [{ type: RrType.A }, { type: RrType.RRSIG }] });
});
