import { RE2JS } from "re2js";
import {
  DEFAULT_MAX_OCTETS,
  DEFAULT_MAX_RECORDS,
  DEFAULT_MAX_UPDATE_RECORDS,
} from "../../src/plugins/dynupdate/parse.ts";
import { MAX_RRSET_RECORDS } from "../../src/zone/update/rrset-room.ts";
import { expect, it } from "vitest";
import { FAULT_PERIOD_MS, MAX_FAULTS } from "../../src/cli/last-net.ts";
import { MAX_PATTERN_LENGTH } from "../../src/corefile/pattern.ts";
import { MAX_FRAME_OCTETS } from "../../src/kube/api/decode/frames.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { parseCache } from "../../src/plugins/cache/parse.ts";
import { patienceMs } from "../../src/plugins/forward/patience.ts";
import { parseForward } from "../../src/plugins/forward/parse.ts";
import { WAITING_LIMITS } from "../../src/server/pipeline/waiting-queries.ts";
import { COUNTERS_AT, SLOTS_AT } from "../../src/server/table/layout.ts";
import { testDirective } from "../../src/testing/context.ts";
import { DEFAULT_TCP_LIMITS } from "../../src/transport/tcp-limits.ts";
import {
  MAX_CHANGED_RECORDS,
  MAX_OCTETS,
  MAX_RECORDS,
  MESSAGE_MS,
  TRANSFER_MS,
} from "../../src/zone/primary/transfer-limits.ts";
import { readDocument, section } from "./readme.ts";

const tcp = DEFAULT_TCP_LIMITS;
const { success, denial } = parseCache(testDirective("cache"));
const forward = parseForward(testDirective("forward . 192.0.2.1"));
const http = "src/http/http-endpoints.ts";
const admin = "src/http/admin/admin-server.ts";
const limiter = "src/observe/line-limiter.ts";
const secondary = "src/plugins/secondary/secondary-zones.ts";
const requestMs = constantOf(http, "REQUEST_MS");

/** Each row of the table: what is limited, and how, made of the figures in the code. */
const rows: Readonly<Record<string, string>> = {
  "TCP connections": `${figure(tcp.connections)}; ${figure(tcp.connectionsPerClient)} of one address`,
  "queries of one connection in work": figure(tcp.pipelined),
  "a query's first octet to its last": seconds(tcp.readMs),
  "idle, between queries": seconds(tcp.idleMs),
  "a client that does not read": seconds(tcp.writeMs),
  "queries that wait for an upstream": `${figure(WAITING_LIMITS.all)}; ${figure(WAITING_LIMITS.perClient)} of one address`,
  "UDP that nobody has read": `the socket's buffer; ${mebi("src/transport/native/udp-thread.ts", "RING_OCTETS")} MB for each thread behind it`,
  "UDP replies that the network does not take": `${constantOf("src/transport/native/reply-queue.ts", "BATCH")}, or ${mebi("src/transport/udp.ts", "MAX_UNSENT_OCTETS")} MB with \`node:dgram\``,
  "EDNS options of a query": figure(constantOf("src/dns/edns.ts", "MAX_OPTIONS")),
  "extended errors in a reply": `${constantOf("src/dns/extended-errors.ts", "MAX_ERRORS")}, of ${constantOf("src/dns/extended-errors.ts", "MAX_OCTETS") - 2} octets each`,
  "a forwarded query": `${seconds(patienceMs(forward.readTimeoutMs))} in all, or ${patienceMs(100_000) / 100_000} of *read_timeout* if that is more; each upstream twice`,
  "ports to one upstream": figure(constantOf("src/upstream/udp-sockets.ts", "MAX_SOCKETS")),
  "TCP or TLS connections to one upstream": `${constantOf("src/upstream/stream-connections.ts", "MAX_CONNECTIONS")}, with up to ${constantOf("src/upstream/manners.ts", "PIPELINED")} queries each where it answers in any order`,
  "entries of *cache*": `as configured: ${figure(success.capacity)} answers and ${success.capacity === denial.capacity ? "as many" : figure(denial.capacity)} denials; ${constantOf("src/plugins/cache/store.ts", "OCTETS_PER_ENTRY") / 1024} KB for each on average`,
  "warnings and errors in the log": `${constantOf(limiter, "LINES_PER_SECOND")} a second after ${constantOf(limiter, "BURST")} at once`,
  "log lines that nobody takes": `${mebi("src/observe/log-output.ts", "MAX_WAITING_OCTETS")} MiB`,
  "an HTTP endpoint's connections": figure(fieldOf(http, "connections")),
  "a request to it": `${seconds(requestMs)}, ${fieldOf(http, "headerOctets") / 1024} KB and ${fieldOf(http, "headers")} headers, no body`,
  "a reader of it that does not read": seconds(requestMs + constantOf(http, "STALL_MS")),
  "connections of the admin endpoint": figure(fieldOf(admin, "connections")),
  "a question to the admin endpoint": `${seconds(constantOf(admin, "REQUEST_MS"))}, ${fieldOf(admin, "headerOctets") / 1024} KB and ${fieldOf(admin, "headers")} headers, ${constantOf("src/http/admin/read-json.ts", "MAX_BODY_OCTETS") / 1024} KB of a body`,
  "such questions with a body at once": `${fieldOf(admin, "atOnce")}; ${seconds(constantOf("src/admin/admin-resources.ts", "LIMIT_MS"))} for an explanation`,
  "who asks it and does not read": seconds(constantOf(admin, "STALL_MS")),
  "flushes of what is kept": `${constantOf("src/admin/flush.ts", "FLUSHES_A_MINUTE")} a minute`,
  "wrong tokens, of all together": `${constantOf("src/http/admin/port-guard.ts", "WRONG_TOKENS")} a minute`,
  "scrapes of `/metrics` at once": "one is made",
  "expressions that a user writes": `${figure(MAX_PATTERN_LENGTH)} characters, ${figure(repetitions())} repetitions`,
  "the answer table": `${Math.round(((COUNTERS_AT - SLOTS_AT) * 4) / 1e6)} MB of replies`,
  "aliases followed within the cluster": figure(
    constantOf("src/plugins/kubernetes/records/alias-chain.ts", "MAX_ALIASES"),
  ),
  "a zone transferred to us": `${figure(MAX_RECORDS)} records, ${MAX_OCTETS / 1024 ** 3} GiB; ${figure(TRANSFER_MS / 1_000)} s in all, ${seconds(MESSAGE_MS)} from one message to the next`,
  "an update of *dynupdate*; its zone; an RRset": `${figure(DEFAULT_MAX_UPDATE_RECORDS)} records; ${figure(DEFAULT_MAX_RECORDS)} records, ${DEFAULT_MAX_OCTETS / 1024 ** 2} MiB; ${MAX_RRSET_RECORDS} records`,
  "differences of one transfer to us": `${figure(MAX_CHANGED_RECORDS)} records`,
  "zones of a catalog": figure(constantOf("src/zone/catalog/read-catalog.ts", "MAX_MEMBERS")),
  "transfers to us at once; questions for versions": `${constantOf(secondary, "TRANSFERS")}; ${constantOf(secondary, "QUERIES")}`,
  "questions to a primary that NOTIFY brings about": `${1_000 / constantOf("src/zone/primary/followed-primary.ts", "NOTIFY_PAUSE_MS")} a second of each zone`,
  "a frame of a watch; a page of a list": `${MAX_FRAME_OCTETS / 1024 ** 2} MiB; ${mebi("src/kube/api/list-pages.ts", "MAX_PAGE_OCTETS")} MiB`,
  "a file of manifests; aliases in it": `${mebi("src/kube/manifests/manifest-files.ts", "MAX_FILE_OCTETS")} MiB; ${figure(constantOf("src/kube/manifests/yaml-documents.ts", "MAX_ALIASES"))}`,
  "exceptions that nobody caught": `${MAX_FAULTS} in ${FAULT_PERIOD_MS === 60_000 ? "a minute" : seconds(FAULT_PERIOD_MS)}`,
  "imports of a Corefile": `${constantOf("src/corefile/importer.ts", "MAX_DEPTH")} deep, ${figure(constantOf("src/corefile/importer.ts", "MAX_IMPORTS"))} in all`,
  "a zone file": `entries of ${figure(constantOf("src/zone/file/entry-cutter.ts", "MAX_ENTRY_CHARACTERS"))} characters, ${constantOf("src/zone/file/zone-file-walk.ts", "MAX_INCLUDE_DEPTH")} files in one another, ${figure(constantOf("src/zone/file/generate.ts", "MAX_GENERATED"))} records of a \`$GENERATE\``,
};

it("docs/security.md has all limits as they are", () => {
  const [, ...lines] = section(readDocument("docs/security.md"), "Limits").match(/^\| .*$/gm) ?? [];
  const documented = lines.map((line) => line.split(" | ").map((cell) => cell.replace(/^\| /, "")));
  expect(Object.fromEntries(documented.map(([what, limit]) => [what, limit]))).toEqual(rows);
});

it("scrapes that come together share one text", () => {
  const metrics = new Metrics();
  expect(metrics.text()).toBe(metrics.text());
});

function figure(count: number): string {
  return count.toLocaleString("en");
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}

function mebi(file: string, name: string): number {
  return constantOf(file, name) / 1024 ** 2;
}

/** A number in the source that is nobody else's business: `const MAX_OPTIONS = 64;`. */
function constantOf(file: string, name: string): number {
  return numberIn(
    file,
    name,
    new RegExp(`^(?:export )?const ${name}(?:: number)? = ([^;]+);`, "m"),
  );
}

/** A number of an object in the source: `connections: 128,`. */
function fieldOf(file: string, name: string): number {
  return numberIn(file, name, new RegExp(`^ +${name}: ([^,;]+),`, "m"));
}

/** It may be a product, a sum or a shift of numbers: `4 * 1024`, `2 + 120`, `1 << 16`. */
function numberIn(file: string, name: string, pattern: RegExp): number {
  const [, text = ""] = pattern.exec(readDocument(file)) ?? [];
  const words = text.replaceAll("_", "").split(" ");
  const value = words.reduce((total, word, i) => {
    if (i % 2 === 1) return total;
    const number = Number(word);
    const operator = words[i - 1];
    if (operator === "*") return total * number;
    return operator === "<<" ? total << number : total + number;
  }, 0);
  if (text === "" || !Number.isFinite(value)) throw new TypeError(`No number ${name} in ${file}`);
  return value;
}

/** How many repetitions the library for expressions takes. */
function repetitions(): number {
  let count = 1;
  while (takes(count * 10)) count *= 10;
  return takes(count + 1) ? Number.NaN : count;
}

function takes(count: number): boolean {
  try {
    RE2JS.compile(`a{${count}}`);
    return true;
  } catch {
    return false;
  }
}
