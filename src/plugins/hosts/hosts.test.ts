import { mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Metrics } from "../../observe/metrics.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { Sections } from "../../testing/query.ts";
import { until } from "../../testing/until.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { Name } from "../../dns/name.ts";
import { HostTable } from "./host-table.ts";
import { HostsFile } from "./hosts-file.ts";
import { Hosts } from "./hosts.ts";
import { parseHosts } from "./parse.ts";

const FILE = `
127.0.0.1 localhost localhost.domain
192.0.2.10 alpha.example.org alpha
192.0.2.11	Beta.Example.org
192.0.2.12 alpha.example.org   # comment
192.0.2.12 alpha.example.org
2001:db8::10 alpha.example.org
::ffff:192.0.2.13 mapped.example.org
fe80::1%eth0 zoned.example.org
192.0.2.17 bücher.example.org
192.0.2.99 *.wild.example.org
192.0.2.98 real.wild.example.org
2001:db8::98 *.wild.example.org
192.0.2.97 *

not-an-address bad.example.org
192.0.2.300 bad.example.org
192.0.2.14
192.0.2.15 bad..example.org ${"x".repeat(64)}.example.org good.example.org
# 192.0.2.16 commented.example.org
`;

let folder = "";
let file = "";
const running: Hosts[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosts-"));
  file = join(folder, "hosts");
  await writeFile(file, FILE);
});

afterEach(async () => {
  for (const hosts of running.splice(0)) hosts.stop();
  await rm(folder, { recursive: true });
});

async function start(directive: string, context: PluginContext = testContext()): Promise<Hosts> {
  const hosts = new Hosts(parseHosts(testDirective(directive)), context);
  running.push(hosts);
  await hosts.start();
  return hosts;
}

async function answer(hosts: Hosts, question: string): Promise<Sections> {
  const [qname = "", qtype = ""] = question.split(" ");
  return ask(hosts, testQuery(qname, qtype));
}

function found(...records: string[]): Sections {
  return { rcode: "NOERROR", flags: "AA", answer: records, authority: [], additional: [] };
}

/** In the root zone, which is nobody's here, a name can only be denied by itself. */
function nodata(apex: string, ttlSeconds = 60): Sections {
  const soa = `${apex} ${ttlSeconds} IN SOA ${apex} nobody.invalid. 1 3600 1200 604800 ${ttlSeconds}`;
  return { ...found(), authority: [soa] };
}

function other(rcode: "SERVFAIL" | "BADTRUNC"): Sections {
  return { ...found(), rcode, flags: "" };
}

const PASSED_ON = other("BADTRUNC");

describe("hosts with a file", () => {
  const cases: Record<string, Sections> = {
    "alpha.example.org. A": found(
      "alpha.example.org. 3600 IN A 192.0.2.10",
      "alpha.example.org. 3600 IN A 192.0.2.12",
    ),
    "ALPHA.example.ORG. AAAA": found("alpha.example.org. 3600 IN AAAA 2001:db8::10"),
    "alpha.example.org. MX": nodata("alpha.example.org."),
    "alpha.example.org. ANY": found(
      "alpha.example.org. 3600 IN A 192.0.2.10",
      "alpha.example.org. 3600 IN A 192.0.2.12",
    ),
    "zoned.example.org. ANY": found("zoned.example.org. 3600 IN AAAA fe80::1"),
    "beta.example.org. A": found("beta.example.org. 3600 IN A 192.0.2.11"),
    "beta.example.org. AAAA": nodata("beta.example.org."),
    "mapped.example.org. A": found("mapped.example.org. 3600 IN A 192.0.2.13"),
    "zoned.example.org. AAAA": found("zoned.example.org. 3600 IN AAAA fe80::1"),
    "bücher.example.org. A": found(String.raw`b\195\188cher.example.org. 3600 IN A 192.0.2.17`),
    "good.example.org. A": found("good.example.org. 3600 IN A 192.0.2.15"),
    "bad.example.org. A": other("SERVFAIL"),
    "commented.example.org. A": other("SERVFAIL"),
    "X.wild.example.org. A": found("x.wild.example.org. 3600 IN A 192.0.2.99"),
    "x.wild.example.org. AAAA": found("x.wild.example.org. 3600 IN AAAA 2001:db8::98"),
    "real.wild.example.org. A": found("real.wild.example.org. 3600 IN A 192.0.2.98"),
    "real.wild.example.org. AAAA": nodata("real.wild.example.org."),
    "y.x.wild.example.org. A": other("SERVFAIL"),
    "wild.example.org. A": other("SERVFAIL"),
    ". A": other("SERVFAIL"),
    "toplevel. A": other("SERVFAIL"),
    "10.2.0.192.in-addr.arpa. PTR": found(
      "10.2.0.192.in-addr.arpa. 3600 IN PTR alpha.example.org.",
      "10.2.0.192.in-addr.arpa. 3600 IN PTR alpha.",
    ),
    "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR": found(
      "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 3600 IN PTR alpha.example.org.",
    ),
    "99.2.0.192.in-addr.arpa. PTR": PASSED_ON,
    "200.2.0.192.in-addr.arpa. PTR": PASSED_ON,
    "alpha.example.org. PTR": nodata("alpha.example.org."),
    "nothere.example.org. PTR": PASSED_ON,
  };

  it.each(Object.entries(cases))("answers %s", async (question, expected) => {
    expect(await answer(await start(`hosts ${file}`), question)).toEqual(expected);
  });

  it("answers for its zones only, and for all reverse names", async () => {
    const hosts = await start(`hosts ${file} example.org {\n ttl 7\n}`);
    expect(await answer(hosts, "localhost. A")).toEqual(PASSED_ON);
    expect(await answer(hosts, "alpha.example.org. MX")).toEqual(nodata("example.org.", 7));
    expect(await answer(hosts, "nothere.example.org. A")).toEqual(other("SERVFAIL"));
    expect(await answer(hosts, "beta.example.org. A")).toEqual(
      found("beta.example.org. 7 IN A 192.0.2.11"),
    );
    expect(await answer(hosts, "10.2.0.192.in-addr.arpa. PTR")).toEqual(
      found("10.2.0.192.in-addr.arpa. 7 IN PTR alpha.example.org."),
    );
  });

  it("hands unknown names on where fallthrough says so", async () => {
    const hosts = await start(`hosts ${file} {\n fallthrough example.com\n}`);
    expect(await answer(hosts, "nothere.example.com. A")).toEqual(PASSED_ON);
    expect(await answer(hosts, "nothere.example.org. A")).toEqual(other("SERVFAIL"));
    expect(await answer(hosts, "alpha.example.org. TXT")).toEqual(nodata("alpha.example.org."));
  });

  it("hands other types on where fallthrough_unsupported says so", async () => {
    const hosts = await start(
      `hosts ${file} {\n fallthrough example.org\n fallthrough_unsupported\n}`,
    );
    expect(await answer(hosts, "alpha.example.org. TXT")).toEqual(PASSED_ON);
    expect(await answer(hosts, "beta.example.org. AAAA")).toEqual(nodata("beta.example.org."));
    expect(await answer(hosts, "localhost. TXT")).toEqual(nodata("localhost."));
  });

  it("explains a SERVFAIL to clients with EDNS", async () => {
    const hosts = await start(`hosts ${file}`);
    const reply = await hosts.serve(testQuery("nothere.example.org."), () => {
      throw new Error("not to be asked");
    });
    expect(typeof reply === "symbol" ? [] : reply.options.map(({ code }) => code)).toEqual([15]);
  });

  it("finds a relative path below the root", async () => {
    const hosts = await start("hosts hosts", testContext({ settings: { root: folder } }));
    expect((await answer(hosts, "beta.example.org. A")).answer).toHaveLength(1);
  });
});

describe("hosts with lines of its own", () => {
  const INLINE = `{
    192.0.2.1 one.test uno.test
    2001:db8::1 one.test
    192.0.2.200 beta.example.org
    no_reverse
    reload 0
  }`;

  it("puts them behind those of the file", async () => {
    const hosts = await start(`hosts ${file} . ${INLINE}`);
    expect(await answer(hosts, "uno.test. A")).toEqual(found("uno.test. 3600 IN A 192.0.2.1"));
    expect(await answer(hosts, "1.2.0.192.in-addr.arpa. PTR")).toEqual(PASSED_ON);
    expect(await answer(hosts, "beta.example.org. A")).toEqual(
      found("beta.example.org. 3600 IN A 192.0.2.11", "beta.example.org. 3600 IN A 192.0.2.200"),
    );
  });

  it("serves them without a file, and says what is wrong with it", async () => {
    const { log, lines } = recordingLog();
    const missing = join(folder, "missing");
    const hosts = await start(`hosts ${missing} . ${INLINE}`, testContext({ log }));
    expect((await answer(hosts, "one.test. AAAA")).answer).toHaveLength(1);
    await start(`hosts ${folder} . ${INLINE}`, testContext({ log }));
    expect(lines.filter((line) => line.startsWith("warn"))).toEqual([
      `warn: File does not exist: ${missing}`,
      `warn: File "${folder}" is a directory`,
    ]);
  });
});

/** In one step: somebody may look at any time. */
async function change(text: string, seconds: number): Promise<void> {
  const draft = `${file}.draft`;
  await writeFile(draft, text);
  await utimes(draft, seconds, seconds);
  await rename(draft, file);
}

describe("hosts over time", () => {
  it("takes over a changed file, and keeps what it has when the file goes away", async () => {
    const metrics = new Metrics();
    const { log, lines } = recordingLog();
    await change("192.0.2.1 one.test\n", 1_000);
    const hosts = await start(`hosts ${file} {\n reload 5ms\n}`, testContext({ metrics, log }));
    await change("192.0.2.2 two.test\n192.0.2.3 *.test\n", 2_000);
    await expect
      .poll(async () => (await answer(hosts, "two.test. A")).answer)
      .toEqual(["two.test. 3600 IN A 192.0.2.2"]);
    await expect
      .poll(() => metrics.text())
      .toContain("coredns_hosts_reload_timestamp_seconds 2000");
    expect(await metrics.text()).toContain(`coredns_hosts_entries{hostsfile="${file}"} 3`);
    await rm(file);
    await until(() => lines.includes(`warn: File does not exist: ${file}`));
    expect((await answer(hosts, "one.test. A")).answer).toEqual(["one.test. 3600 IN A 192.0.2.3"]);
  });

  it("reads a long file whole", async () => {
    const count = 5_000;
    const lines = Array.from({ length: count }, (_none, i) => `0.0.0.0 ad${i}.test`);
    await change(lines.join("\n"), 1_000);
    const hosts = await start(`hosts ${file}`);
    expect((await answer(hosts, `ad${count - 1}.test. A`)).answer).toHaveLength(1);
    expect((await answer(hosts, "0.0.0.0.in-addr.arpa. PTR")).answer).toHaveLength(count);
  });

  it("reads a few octets of a long file in each turn of the event loop", async () => {
    const line = "192.0.2.1 a-name-of-some-length.test\n";
    await change(line.repeat(2_000), 1_000);
    const each: number[] = [];
    let lines = 0;
    class CountingTable extends HostTable {
      override add(text: string): void {
        lines++;
        super.add(text);
      }
    }
    const options = parseHosts(testDirective(`hosts ${file} {\n reload 0\n}`));
    const makeTable = (): HostTable => {
      return new CountingTable({ zones: [Name.root], ttlSeconds: 1, hasReverse: true });
    };
    const hostsFile = new HostsFile(options, testContext(), makeTable, () => {});
    const done = new AbortController();
    void hostsFile.start().then(() => done.abort());
    while (!done.signal.aborted) {
      lines = 0;
      await new Promise((resolve) => setImmediate(resolve));
      each.push(lines);
    }
    expect(each.reduce((sum, one) => sum + one)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...each)).toBeLessThanOrEqual(4_096 / line.length + 2);
  });
});
