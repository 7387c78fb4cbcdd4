import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodeOf } from "../src/cli/query/command-line-error.ts";
import { runQuery } from "../src/cli/query/run-query.ts";
import { rdataVectors } from "../src/dns/rdata/rdata.cases.ts";
import { ResourceRecord } from "../src/dns/resource-record.ts";
import { parseRrType } from "../src/dns/iana/rr-type.ts";
import { Composer, Section } from "../src/dns/composer.ts";
import { RrClass } from "../src/dns/iana/rr-class.ts";
import { WireReader } from "../src/dns/wire-reader.ts";
import { MAX_MESSAGE_OCTETS } from "../src/dns/wire-writer.ts";
import type { FakeUpstream } from "../src/testing/fake-upstream.ts";
import { replyTo, startFakeUpstream } from "../src/testing/fake-upstream.ts";
import { Portolan, ROOT } from "./run-portolan.ts";

/** CI installs the tools and insists on them; elsewhere those that are there are tried. */
const isMissing =
  process.env["REQUIRE_DNS_TOOLS"] !== "1" &&
  spawnSync("sh", ["-c", "command -v dig"]).status !== 0;

interface Outcome {
  readonly code: number;
  readonly text: string;
}

function dig(args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    // A ~/.digrc would change what it prints.
    execFile("dig", ["-r", ...args], (error, stdout) => {
      resolve({ code: error ? Number(error.code) : 0, text: stdout });
    });
  });
}

async function query(args: readonly string[]): Promise<Outcome> {
  let text = "";
  const code = await runQuery(args, (part) => (text += part));
  return { code, text };
}

async function codeOf(args: readonly string[]): Promise<number> {
  try {
    return (await query(args)).code;
  } catch (error) {
    return exitCodeOf(error) ?? -1;
  }
}

/**
 * Without what is another each time, the names of the programs, dig's warning about names in `local`, which is what
 * clusters are called, and its number for a parameter that is younger than it.
 */
function normalized({ code, text }: Outcome): Outcome {
  const same = text
    .replace(/^; <<>> .* <<>>(?: -r)?/gm, "; <<>>")
    .replace(/^;; WARNING: \.local is reserved .*\n;; You are currently testing .*\n/gm, "")
    .replace(/ key7=/g, " dohpath=")
    .replace(/ id: \d+$/gm, " id: N")
    .replace(/^;; Query time: \d+ msec$/gm, ";; Query time: N msec")
    .replace(/^(;; WHEN:) .*$/gm, "$1 then")
    .replace(/^(; COOKIE:) [\da-f]+/gm, "$1 octets");
  return { code, text: same };
}

async function expectSame(args: readonly string[]): Promise<void> {
  const [ours, theirs] = await Promise.all([query(args), dig(args)]);
  expect(normalized(ours)).toEqual(normalized(theirs));
}

const folder = mkdtempSync(join(tmpdir(), "portolan-dig-"));
let portolan: Portolan;
let port = "";

describe.skipIf(isMissing)("query prints what dig prints", () => {
  beforeAll(async () => {
    const path = join(folder, "Corefile");
    writeFileSync(
      path,
      `.:0 {
  bind 127.0.0.1
  chaos version authors
  nsid a-name
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    manifests ${join(ROOT, "deploy/examples")}
    explain
  }
  template IN TXT long.test {
    answer "{{ .Name }} 60 IN TXT \\"${"x".repeat(250)}\\""
    answer "{{ .Name }} 60 IN TXT \\"${"y".repeat(250)}\\""
    answer "{{ .Name }} 60 IN TXT \\"${"z".repeat(250)}\\""
  }
}`,
    );
    portolan = new Portolan(["-conf", path]);
    port = String(await portolan.port());
  });

  afterAll(async () => {
    await portolan.stop();
    rmSync(folder, { recursive: true });
  });

  it.each([
    "web.shop.svc.cluster.local",
    "web.shop.svc.cluster.local AAAA",
    "web.shop.svc.cluster.local ANY",
    "web.shop.svc.cluster.local +short",
    "web.shop.svc.cluster.local +tcp",
    "web.shop.svc.cluster.local +noedns",
    "web.shop.svc.cluster.local +noall +answer +nocmd",
    "web.shop.svc.cluster.local +nottlid",
    "web.shop.svc.cluster.local +noclass +nostats",
    "web.shop.svc.cluster.local +noclass +nottlid +noquestion",
    "web.shop.svc.cluster.local +nocomments",
    "web.shop.svc.cluster.local +norec",
    "web.shop.svc.cluster.local +do +cd +noad",
    "web.shop.svc.cluster.local +nsid +nocookie",
    "web.shop.svc.cluster.local +subnet=10.1.2.0/24",
    "web.shop.svc.cluster.local +edns=1",
    "web.shop.svc.cluster.local +edns=1 +noednsnegotiation",
    "_postgres._tcp.postgres.data.svc.cluster.local SRV",
    "_postgres._tcp.postgres.data.svc.cluster.local SRV +short",
    "nowhere.shop.svc.cluster.local",
    "nowhere.shop.svc.cluster.local +nocookie +short",
    "web.shpo.svc.cluster.local AAAA",
    "cluster.local SOA",
    "cluster.local NS",
    "dns-version.cluster.local TXT",
    "version.bind CH TXT",
    "version.bind TXT -c CH +short",
    "authors.bind CH TXT +noedns",
    "elsewhere.test",
    "elsewhere.test -t TYPE65280",
    "web.shop.svc.cluster.local -c HS",
    "long.test TXT +bufsize=512",
    "long.test TXT +bufsize=512 +ignore",
    "long.test TXT +noedns +ignore",
    "-x 10.96.0.10",
    "-x 2001:db8::1",
    ". NS",
    "",
    String.raw`a\.b\032c\"\;.cluster.local`,
    String.raw`a\027\255'x.cluster.local`,
    "WEB.Shop.svc.CLUSTER.local.",
  ])("for %j", async (line) => {
    const words = line.split(" ").filter((word) => word !== "");
    await expectSame(["@127.0.0.1", "-p", port, ...words]);
  });

  it.each([
    ["web.shop.svc.cluster.local", 0],
    ["nowhere.shop.svc.cluster.local +short", 0],
    ["web.shop.svc.cluster.local +shrot", 1],
    ["web.shop.svc.cluster.local -z", 1],
    ["web.shop.svc.cluster.local -p 70000", 1],
    ["web.shop.svc.cluster.local -p 1 +tries=1", 9],
    ["web.shop.svc.cluster.local -p 1 +tries=1 +tcp", 9],
    ["@::1 -4 web.shop.svc.cluster.local", 1],
    ["a..b", 10],
    [`${"x".repeat(64)}.test`, 10],
    ["web.shop.svc.cluster.local +time=x", 10],
    ["web.shop.svc.cluster.local +bufsize=70000", 10],
    ["web.shop.svc.cluster.local +subnet=x", 1],
    ["web.shop.svc.cluster.local +cookie=x", 1],
  ])("and ends with its exit code for %j", async (line, code) => {
    const args = ["@127.0.0.1", "-p", port, ...line.split(" ")];
    const [ours, theirs] = await Promise.all([codeOf(args), dig(args)]);
    expect([ours, theirs.code]).toEqual([code, code]);
  });

  it("as a program, too", async () => {
    const ask = ["query", "@127.0.0.1", "web.shop.svc.cluster.local", "+short"];
    const runs = [["-p", port], ["-p", "1", "+tries=1"], ["+time=x"], ["-x", "\u001b[31m"]];
    const found = await Promise.all(runs.map((run) => new Portolan([...ask, ...run]).finished));
    expect(found.map(({ code }) => code)).toEqual([0, 9, 10, 1]);
    expect(found[0]?.stdout).toMatch(/^10\.[\d.]+\n$/);
    expect(found[3]?.stderr).toBe('Cannot query -x ".[31m": not an address\n');
  });
});

describe.skipIf(isMissing)("query transfers a zone as dig does", () => {
  const SOA = "x.test. 60 IN SOA a.test. b.test. 1 2 3 4 5";

  it.each(["whole", "refused", "cut", "of one message"])("if it is %s", async (how) => {
    const upstream = await startFakeUpstream(({ packet, reply, connection }) => {
      const records = [SOA, "x.test. 60 IN NS a.test.", "y.x.test. 60 IN A 192.0.2.1", SOA];
      if (how === "refused") return reply(replyTo(packet, { rcode: 5 }));
      if (how === "of one message") return reply(replyTo(packet, { answer: records }));
      reply(replyTo(packet, { answer: records.slice(0, 2) }));
      if (how === "cut") return connection?.end();
      return reply(replyTo(packet, { answer: records.slice(2) }));
    });
    await expectSame(["@127.0.0.1", "-p", String(upstream.port), "x.test", "AXFR", "+tries=1"]);
    await upstream.close();
  });
});

/** Both are right where they differ, and ours is what CoreDNS writes. */
const OTHERWISE = new Set(["LOC", "NID", "L64", "NSEC3"]);
const types = new Set(rdataVectors.map(([type]) => type).filter((type) => !OTHERWISE.has(type)));

describe.skipIf(isMissing)("query prints the data of a type as dig does", () => {
  let upstream: FakeUpstream;
  beforeAll(async () => {
    upstream = await startFakeUpstream(({ packet, reply }) => reply(vectorsFor(packet)));
  });
  afterAll(() => upstream.close());

  it.each([...types])("%s", async (type) => {
    const at = ["@127.0.0.1", "-p", String(upstream.port), "-t", type, "-q", "example.test"];
    await expectSame(at);
  });
});

/** All that the vectors have of the type that is asked for. */
function vectorsFor(packet: Buffer): Buffer {
  const reader = new WireReader(packet, 12);
  const [qname, qtype, qclass] = [reader.name(), reader.u16(), reader.u16()];
  const found = rdataVectors.filter(([type]) => parseRrType(type) === qtype);
  const composer = new Composer();
  composer.begin(packet.readUInt16BE(0), 0x8180, MAX_MESSAGE_OCTETS);
  composer.question(qname, qtype, qclass);
  composer.append(
    Section.answer,
    found.map(([, , hex]) => {
      return new ResourceRecord(qname, qtype, RrClass.IN, 60, Buffer.from(hex, "hex"));
    }),
  );
  return Buffer.from(composer.finish());
}
