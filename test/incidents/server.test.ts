import { createConnection } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Composer, Section } from "../../src/dns/composer.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { Name } from "../../src/dns/name.ts";
import { Flag } from "../../src/dns/header.ts";
import { records } from "../../src/testing/query.ts";
import { frame, FrameReader } from "../../src/dns/frame-reader.ts";
import { clientOf } from "../fuzz/packets.ts";
import type { FuzzBench } from "../fuzz/fuzz-bench.ts";
import { openBench } from "../fuzz/fuzz-bench.ts";
import { leastCpuMs } from "../fuzz/target.ts";
import { query } from "../conformance/query-packet.ts";
import { TestCluster, namespace, service } from "../../src/plugins/kubernetes/cluster.cases.ts";

let bench: FuzzBench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

function answer(packet: Buffer, transport: "udp" | "tcp"): Buffer | undefined {
  let reply: Buffer | undefined;
  bench.dispatcher.receive(
    packet,
    clientOf(transport, (octets) => (reply = octets)),
  );
  return reply;
}

it("CVE-2024-8508: a message of 4,000 owner names is composed within 5 ms", () => {
  const list = Array.from(
    { length: 4_000 },
    (_none, i) => `h${i}.a.b.c.example. 60 IN A 192.0.2.1`,
  );
  const rrset = records(...list);
  const composer = new Composer();
  let octets = 0;
  const ms = leastCpuMs(5, () => {
    composer.begin(1, Flag.RD, 65_535);
    composer.question(Name.parse("example."), 1, 1);
    composer.append(Section.answer, rrset);
    octets = composer.finish().length;
  });
  expect(ms).toBeLessThan(5);
  expect(octets).toBeGreaterThan(50_000);
});

it("CVE-2024-1931: a reply fits whatever size a client offers, and making it comes to an end", () => {
  for (let size = 0; size <= 65_535; size += size < 1_400 ? 1 : 257) {
    const packet = query("big.example.org. TXT", { opt: { payloadSize: size } });
    const reply = answer(packet, "udp") ?? Buffer.alloc(0);
    expect(reply.length).toBeLessThanOrEqual(Math.min(1_232, Math.max(512, size)));
    expect(parseMessage(reply)).toBeDefined();
  }
});

it("CVE-2017-14491: no reply is longer than a message can be", () => {
  const list = Array.from(
    { length: 3_000 },
    (_none, i) => `a.test. 60 IN TXT "${"x".repeat(200)}${i}"`,
  );
  const composer = new Composer();
  composer.begin(1, Flag.RD, 65_535);
  composer.question(Name.parse("a.test."), 16, 1);
  const kept = composer.append(Section.answer, records(...list));
  expect(kept).toBeLessThan(list.length);
  expect(composer.finish().length).toBeLessThanOrEqual(65_535);
});

it("CVE-2026-41292: ten thousand empty options, and any one of them twice, cost nothing", () => {
  const options = Array.from({ length: 10_000 }, (_none, i) => [i & 31, ""] as const);
  const flood = query("www.hosts.test. A", { opt: { options } });
  expect(leastCpuMs(5, () => void answer(Buffer.from(flood), "tcp"))).toBeLessThan(5);
  for (let code = 0; code < 20; code++) {
    const twice = [code, "0001"] as const;
    const packet = query("www.hosts.test. A", { opt: { options: [twice, twice] } });
    expect(parseMessage(answer(packet, "udp") ?? Buffer.alloc(0))).toBeDefined();
  }
});

it("CVE-2024-25581: every type there can be has a reply, over UDP and TCP", () => {
  const silent: number[] = [];
  for (let qtype = 0; qtype <= 0xffff; qtype++) {
    const transport = (qtype & 1) === 0 ? "udp" : "tcp";
    const reply = answer(query(`www.hosts.test. ${qtype}`), transport);
    if (!reply || reply.length < 12) silent.push(qtype);
  }
  expect(silent).toEqual([]);
});

it("CVE-2025-30193: twenty thousand queries in one piece over TCP are all answered", async () => {
  const one = frame(query("www.hosts.test. A"));
  const socket = createConnection({ port: bench.server.port, host: "127.0.0.1" });
  const frames = new FrameReader();
  let replies = 0;
  socket.on("data", (chunk) => frames.push(chunk, () => replies++));
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.end(Buffer.concat(Array.from({ length: 20_000 }, () => one)));
  await once(socket, "close");
  expect(replies).toBe(20_000);
});

it("CVE-2022-0396: a client that goes in the middle of a query leaves nothing behind", async () => {
  const handles = (): number =>
    process.getActiveResourcesInfo().filter((name) => /TCP/.test(name)).length;
  const before = handles();
  for (let i = 0; i < 50; i++) {
    const socket = createConnection({ port: bench.server.port, host: "127.0.0.1" });
    socket.on("error", () => {});
    await once(socket, "connect");
    if (i % 2 === 0) socket.end(frame(query("www.hosts.test. A")).subarray(0, 7));
    else socket.write(frame(query("www.hosts.test. A")), () => socket.resetAndDestroy());
    socket.resume();
  }
  await expect.poll(handles).toBeLessThanOrEqual(before);
  expect(bench.inFlight()).toBe(0);
});

it("CVE-2021-23386: a reply has no octet that nobody wrote", () => {
  const packet = query("www.hosts.test. A", { opt: {} });
  const seen = Array.from({ length: 40 }, () => {
    // What a buffer without initial octets would show.
    Buffer.allocUnsafe(Buffer.poolSize >> 1).fill(0xa5);
    return (answer(Buffer.from(packet), "udp") ?? Buffer.alloc(0)).toString("hex");
  });
  expect(seen.filter((hex) => hex.includes("a5a5a5"))).toEqual([]);
  expect(new Set(seen).size).toBe(1);
});

describe("CVE-2022-2835", () => {
  it("a namespace named as a top-level domain has names below the cluster's zone only", async () => {
    const cluster = new TestCluster([
      namespace("com"),
      service("com/example", { clusterIPs: ["10.96.0.9"] }),
    ]);
    expect(await cluster.say("example.com. A")).toEqual(["BADTRUNC"]);
    expect(await cluster.say("example.com.svc.cluster.local. A")).toEqual([
      "example.com.svc.cluster.local. A 10.96.0.9",
    ]);
  });
});
