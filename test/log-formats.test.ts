import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { Composer } from "../src/dns/composer.ts";
import { RrClass } from "../src/dns/iana/rr-class.ts";
import { RrType } from "../src/dns/iana/rr-type.ts";
import { Name } from "../src/dns/name.ts";
import { askUdp } from "../src/transport/transport.cases.ts";
import { freePort } from "./bench/free-port.ts";
import { Portolan, ROOT, endAll } from "./run-portolan.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-log-"));
afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * What programs that read CoreDNS's log look for, as regular expressions: Elastic's integration
 * (its grok patterns), a pattern of Loki's, a parser of Fluent Bit's, and one for Vector.
 */
const IP = String.raw`(?:[\d.]+|[\da-f:]+)`;
const QUERY_LINE = {
  elastic: new RegExp(
    String.raw`\[(?<level>INFO)\] \[?(?<ip>${IP})\]?:(?<port>[1-9]\d*) - (?<id>[1-9]\d*) "(?<type>\b\w+\b) (?<class>\b\w+\b) (?<name>[\w.-]+)\. (?<proto>\w+) (?<size>[1-9]\d*) (?<do>true|false) (?<bufsize>[1-9]\d*)" (?<rcode>\w+) (?<flags>\S+) (?<rsize>[1-9]\d*) (?<duration>\S+)s(?: "\d+")?`,
  ),
  loki: fromPattern(
    '[<level>] <address> - <id> "<type> <class> <name> <proto> <size> <do> <bufsize>" <rcode> <flags> <rsize> <duration>',
  ),
  vector:
    /^\[(?<level>[A-Z]+)\]\s(?<ip>\[[\da-f:]+\]|[^:]+):(?<port>\S+)\s+-\s+(?<id>\S+)\s+"(?<type>\S+)\s+(?<class>\S+)\s+(?<name>\S+)\s+(?<proto>\S+)\s+(?<size>\S+)\s+(?<do>\S+)\s+(?<bufsize>\S+)"\s+(?<rcode>\S+)\s+(?<flags>\S+)\s+(?<rsize>\S+)\s+(?<duration>[\d.]+)s$/,
};
const ERROR_LINE =
  /^\[(?<level>ERROR)\] (?<logger>.*?): (?<rcode>\d+) (?<name>[\w.-]+)\. (?<type>\w+): (?<message>.*)$/;
const FLUENT_BIT_LINE =
  /^\[(?<level>DEBUG|INFO|WARNING|ERROR|FATAL)\]\s*(?:plugin\/(?<plugin>[^:]+):\s*)?(?<message>.*)$/;

/** LogQL's `| pattern`: each `<name>` goes up to the text that follows it. */
function fromPattern(pattern: string): RegExp {
  const parts = pattern.split(/<(\w+)>/);
  const source = parts.map((part, i) => (i % 2 === 0 ? RegExp.escape(part) : `(?<${part}>.*?)`));
  return new RegExp(`^${source.join("")}$`);
}

function queryFor(name: string, type: number): Buffer {
  const composer = new Composer();
  composer.begin(7, 0x0100, 512);
  composer.question(Name.parse(name), type, RrClass.IN);
  return Buffer.from(composer.finish());
}

/** A server that has been asked two things, one of which fails; what it said, and where it served. */
async function served(...flags: readonly string[]): Promise<{ stdout: string; port: number }> {
  const [port, closed] = [await freePort(), await freePort()];
  const path = join(folder, "Corefile");
  const block = `{\n  bind 127.0.0.1\n  log\n  errors\n  reload\n  `;
  writeFileSync(
    path,
    `.:${port} ${block}whoami\n}\nfail.test:${port} ${block}forward . 127.0.0.1:${closed}\n}\n`,
  );
  const portolan = new Portolan(["-conf", path, ...flags]);
  await portolan.saying(/Portolan-/);
  await askUdp(port, queryFor("Web.Shop.test.", RrType.AAAA));
  await askUdp(port, queryFor("a.fail.test.", RrType.A));
  return { stdout: (await portolan.stop()).stdout, port };
}

describe("text", () => {
  it("is read by what reads CoreDNS's", async () => {
    const { stdout, port } = await served("-log-format", "text");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.slice(0, 5)).toEqual([
      `.:${port} on 127.0.0.1`,
      `fail.test.:${port} on 127.0.0.1`,
      expect.stringMatching(
        /^\[INFO\] plugin\/reload: Running configuration SHA512 = [\da-f]{128}$/,
      ),
      `Portolan-${manifest.version}`,
      expect.stringMatching(/^\w+\/\w+, /),
    ]);
    for (const line of lines.slice(5)) expect(line).toMatch(FLUENT_BIT_LINE);
    const [query = ""] = lines.filter((line) => line.includes("web.shop.test."));
    const fields = { id: "7", type: "AAAA", class: "IN", proto: "udp", size: "31", do: "false" };
    for (const [reader, pattern] of Object.entries(QUERY_LINE)) {
      const found = { reader, ...pattern.exec(query)?.groups };
      expect(found).toMatchObject({
        ...fields,
        bufsize: "512",
        rcode: "NOERROR",
        flags: "qr,aa,rd",
      });
      expect(Number.parseFloat(found["duration" as never])).toBeGreaterThan(0);
    }
    const [failure = ""] = lines.filter((line) => line.startsWith("[ERROR]"));
    expect(ERROR_LINE.exec(failure)?.groups).toMatchObject({
      logger: "plugin/errors",
      rcode: "2",
      name: "a.fail.test",
      type: "A",
    });
    expect(lines.at(-1)).toBe("[INFO] SIGTERM: Shutting down servers then terminating");
  });

  it("of the document is read likewise", () => {
    const text = readFileSync(join(ROOT, "docs/logging.md"), "utf8");
    const lines = [...text.matchAll(/^\[[A-Z]+\] .*$/gm)].map(([line]) => line);
    const queries = lines.filter((line) => line.includes(" - "));
    expect(queries).toHaveLength(2);
    for (const line of queries) {
      for (const pattern of Object.values(QUERY_LINE)) expect(line).toMatch(pattern);
    }
    for (const line of lines) expect(line).toMatch(FLUENT_BIT_LINE);
    const failures = lines.filter((line) => line.startsWith("[ERROR]"));
    for (const line of failures) expect(line).toMatch(ERROR_LINE);
  });
});

it("has Node's warnings in it, which would wait for whoever reads standard error", async () => {
  const path = join(folder, "Corefile");
  writeFileSync(path, `.:0 {\n  bind 127.0.0.1\n  whoami\n}\n`);
  const warn = 'process.on("SIGWINCH", () => process.emitWarning("that is odd", "OddWarning"))';
  const nodeArgs = ["--import", `data:text/javascript,${encodeURIComponent(warn)}`];
  const portolan = new Portolan(["-conf", path], undefined, nodeArgs);
  await portolan.saying(/Portolan-/);
  portolan.child.kill("SIGWINCH");
  await portolan.saying(/^\[WARNING\] Node warns: OddWarning: that is odd$/m);
  expect((await portolan.stop()).stderr).toBe("");
});

/** Name and type of each field in a table of the document. */
function documentedFields(heading: string): Record<string, string> {
  const text = readFileSync(join(ROOT, "docs/logging.md"), "utf8");
  const [, table = ""] = text.split(`| field | ${heading}`);
  const rows = (table.split("\n\n")[0] ?? "").split("\n").slice(2);
  return Object.fromEntries(
    rows.flatMap((row) => {
      const [, names = "", type = ""] = row.split("|").map((cell) => cell.trim());
      return [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => [name, type]);
    }),
  );
}

describe("json", () => {
  it("has CoreDNS's fields, as the document has them", async () => {
    const { stdout, port } = await served("-log-format", "json");
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const known = new Set(Object.keys(documentedFields("what")));
    const ofQueries = documentedFields("type");
    for (const { level, time, ...rest } of lines) {
      expect(level).toMatch(/^(?:DEBUG|INFO|WARN|ERROR|FATAL)$/);
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const names = Object.keys(rest).filter((name) => !known.has(name));
      expect(names).toEqual(rest["plugin"] === "log" ? Object.keys(ofQueries) : []);
    }
    expect(lines[0]).toMatchObject({
      msg: `.:${port} on 127.0.0.1\nfail.test.:${port} on 127.0.0.1`,
    });
    const query = lines.find(({ qname }) => qname === "web.shop.test.") ?? {};
    expect(query).toMatchObject({ client_ip: "127.0.0.1", qtype: "AAAA", rcode: "NOERROR", id: 7 });
    expect(query["msg"]).toMatch(/^127\.0\.0\.1:\d+ - 7 "AAAA IN /);
    for (const [name, type] of Object.entries(ofQueries)) {
      expect(`${name} ${type}`).toContain(`${name} ${typeof query[name]}`);
    }
    expect(lines.find(({ plugin }) => plugin === "errors")).toMatchObject({
      level: "ERROR",
      msg: expect.stringMatching(/^2 a\.fail\.test\. A: /),
    });
  });

  it("of the document has all fields that the document names", () => {
    const text = readFileSync(join(ROOT, "docs/logging.md"), "utf8");
    const line = JSON.parse(/^\{.*\}$/m.exec(text)?.[0] ?? "") as object;
    const names = { ...documentedFields("what"), ...documentedFields("type") };
    expect(Object.keys(line).toSorted()).toEqual(
      Object.keys(names)
        .filter((name) => name !== "err")
        .toSorted(),
    );
  });

  it("says why a start failed, on standard error", async () => {
    const { code, stdout, stderr } = await new Portolan(["-log-format=json", "-conf", "none"])
      .finished;
    expect([code, stdout]).toEqual([1, ""]);
    expect(JSON.parse(stderr)).toMatchObject({
      level: "FATAL",
      msg: expect.stringMatching(/^none:1: /),
    });
  });

  it("is one of two formats", async () => {
    const { code, stderr } = await new Portolan(["-log-format", "xml"]).finished;
    expect([code, stderr]).toEqual([1, 'unknown log format "xml": expected text or json\n']);
  });
});
