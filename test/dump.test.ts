import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dump } from "../src/admin/dump.ts";
import { RrType, formatRrType } from "../src/dns/iana/rr-type.ts";
import { parseMessage } from "../src/dns/message.ts";
import { formatRecord } from "../src/dns/presentation.ts";
import type { ResourceRecord } from "../src/dns/resource-record.ts";
import { parseZoneText } from "../src/zone/file/zone-text.ts";
import { TableBench } from "./answer-table/table-bench.ts";
import { findProgram } from "./bench/find-program.ts";
import { encodeQuestion, parseQuestion } from "./recorded/question.ts";
import { ROOT } from "./run-portolan.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-dump-"));
const ZONES = [
  "cluster.local.",
  "in-addr.arpa.",
  "ip6.arpa.",
  "out.example.",
  "hosts.example.",
  "2.0.192.in-addr.arpa.",
];
const COREFILE = `.:53 {
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        manifests ${join(folder, "cluster")}
    }
    k8s_external out.example
    hosts ${join(folder, "hosts")} hosts.example 2.0.192.in-addr.arpa {
        192.0.2.1 one.hosts.example
        2001:db8::1 one.hosts.example two.hosts.example
        192.0.2.3 *.wild.hosts.example
        fallthrough
    }
}
`;
const checker = findProgram("named-checkzone");
const MANY = 3_000;

let bench: TableBench;
beforeAll(async () => {
  cpSync(join(ROOT, "deploy/examples"), join(folder, "cluster"), { recursive: true });
  writeFileSync(join(folder, "hosts"), "192.0.2.9 nine.hosts.example # nine\n");
  const service = (i: number): string => {
    const address = `10.200.${i >> 8}.${i & 255}`;
    return `{ apiVersion: v1, kind: Service, metadata: { name: s${i}, namespace: shop }, spec: { clusterIP: ${address}, externalIPs: [203.0.113.${i % 250}], ports: [{ name: http, port: 80 }] } }`;
  };
  const many = Array.from({ length: MANY }, (_, i) => service(i));
  writeFileSync(join(folder, "cluster/99-many.yaml"), many.join("\n---\n"));
  bench = await TableBench.open(COREFILE);
  await bench.ready();
});
afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true });
});

function textOf(zone: string): string {
  return [...dump(bench.configuration, zone)].join("");
}

async function isServed(record: ResourceRecord): Promise<boolean> {
  const question = `${record.owner} ${formatRrType(record.type)}`;
  bench.transport = "tcp";
  const reply = await bench.askChain(encodeQuestion(parseQuestion(question), 1));
  const answer = (reply && parseMessage(reply)?.answer) ?? [];
  const same = (other: ResourceRecord): boolean => {
    return other.type === record.type && toTell(other) === toTell(record);
  };
  return answer.some(same);
}

/** In a transfer a port has a weight of its own, in an answer one that depends on the others (as in CoreDNS). */
function toTell({ type, rdata }: ResourceRecord): string {
  const [priority, port] = [rdata.subarray(0, 2), rdata.subarray(4)];
  return (type === RrType.SRV ? Buffer.concat([priority, port]) : rdata).toString("latin1");
}

describe.each(ZONES)("the dump of %s", (zone) => {
  it("is a zone file", () => {
    const records = parseZoneText(textOf(zone), { file: "dump" });
    expect(records.filter(({ type }) => type === RrType.SOA)).toHaveLength(1);
    expect(records[0]?.type).toBe(RrType.SOA);
    expect(records[1]?.type).toBe(RrType.NS);
  });

  it.skipIf(checker === undefined)("is one for named-checkzone, too", () => {
    const file = join(folder, "zone");
    writeFileSync(file, textOf(zone));
    const args = ["-i", "local", "-k", "fail", zone, file];
    expect(execFileSync(checker ?? "", args, { encoding: "utf8" })).toMatch(/\nOK\n$/);
  });

  it("has what is answered", async () => {
    const lines = textOf(zone).split("\n");
    const served = lines.filter((line) => !line.includes("; not served")).join("\n");
    const records = parseZoneText(served, { file: "dump" });
    // Hosts have a SOA record for denials only.
    const sample = records.filter(({ type }, i) => type !== RrType.SOA && (i < 50 || i % 97 === 0));
    expect(sample.length).toBeGreaterThan(1);
    const wrong: string[] = [];
    for (const record of sample) if (!(await isServed(record))) wrong.push(formatRecord(record));
    expect(wrong).toEqual([]);
  });
});

it("of many Services is whole, in small pieces", () => {
  const pieces = [...dump(bench.configuration, "cluster.local.")];
  const owners = new Set(
    parseZoneText(pieces.join(""), { file: "dump" }).map(({ owner }) => owner.toString()),
  );
  const missing = Array.from({ length: MANY }, (_, i) => `s${i}.shop.svc.cluster.local.`).filter(
    (name) => !owners.has(name),
  );
  expect(missing).toEqual([]);
  expect(pieces.length).toBeGreaterThan(MANY / 100);
  expect(Math.max(...pieces.map((piece) => piece.split("\n").length))).toBeLessThan(210);
  expect(pieces.at(-1)).toMatch(/; end, \d{4} records\n$/);
});

it("without a zone has all of them", () => {
  const text = [...dump(bench.configuration, undefined)].join("");
  const found = [...text.matchAll(/^; zone "(.*)", of plugin\/(\S+), Corefile:(\d+)$/gm)];
  expect(found.map(([, zone = ""]) => zone).toSorted()).toEqual(ZONES.toSorted());
});

it.each([
  ["web.shop.svc.cluster.local", "known are"],
  ["a..b", "it is no name"],
])("says that there is no zone %s", (zone, message) => {
  expect(() => dump(bench.configuration, zone)).toThrow(message);
});

it("writes names with escapes, and nothing that a terminal would obey", async () => {
  writeFileSync(join(folder, "odd"), `192.0.2.1 od\u001b[31m;"d.test\n`);
  const odd = await TableBench.open(`test:53 {\n hosts ${join(folder, "odd")}\n}`);
  const text = [...dump(odd.configuration, "test")].join("");
  await odd.close();
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\uffff]/);
  expect(parseZoneText(text, { file: "dump" }).length).toBe(3);
});
