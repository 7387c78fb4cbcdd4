import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { Flag } from "../dns/header.ts";
import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { Metrics } from "../observe/metrics.ts";
import type { FakeUpstream, ReceivedQuery } from "./fake-upstream.ts";
import { answerTo, startFakeUpstream } from "./fake-upstream.ts";
import { Request } from "../upstream/request.ts";
import type { TlsSettings } from "../upstream/connector.ts";
import { TimerWheel } from "../upstream/timer-wheel.ts";
import { UpstreamError } from "../upstream/upstream-error.ts";
import { UpstreamMetrics } from "../upstream/upstream-metrics.ts";
import type { UpstreamSettings } from "../upstream/upstream.ts";
import { Upstream } from "../upstream/upstream.ts";

/** A file of the certificates made for tests. */
export function certificate(file: string): Buffer {
  return readFileSync(join(import.meta.dirname, "../upstream/testdata", file));
}

export const serverTls = { cert: certificate("server.pem"), key: certificate("server.key") };

export const clientTls: TlsSettings = {
  context: createSecureContext({ ca: certificate("ca.pem") }),
  serverName: "dns.example.test",
};

export const settings: UpstreamSettings = {
  readTimeoutMs: 2000,
  setupTimeoutMs: 2500,
  expireMs: 10_000,
  maxAgeMs: 0,
  maxIdle: 0,
  probe: { qname: Name.root, recursionDesired: true, intervalMs: 20, overTcp: false, isOn: false },
};

export function request(name = "www.example.org.", flags: number = Flag.RD): Request {
  const qname = Name.parse(name);
  return new Request({ qname, qtype: RrType.A, qclass: RrClass.IN, flags });
}

/** An upstream under test, what it leads to, and how to ask it. */
export interface Bench {
  readonly fake: FakeUpstream;
  readonly upstream: Upstream;
  readonly metrics: Metrics;
  /** Asks for the A record of a name; gives the address, or the trouble. */
  readonly ask: (name?: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface BenchOptions {
  readonly overTcp: boolean;
  readonly settings?: Partial<UpstreamSettings>;
  readonly tls?: TlsSettings;
  readonly port?: number;
  readonly localAddress?: string;
}

/** Sets up an upstream before a fake that does what `answer` says. */
export async function openBench(
  answer: (query: ReceivedQuery) => void,
  options: BenchOptions,
): Promise<Bench> {
  const fake = await startFakeUpstream(answer, options.tls && serverTls);
  const wheel = new TimerWheel();
  const metrics = new Metrics();
  const port = options.port ?? fake.port;
  const endpoint = { address: "127.0.0.1", port, localAddress: options.localAddress };
  const to = `127.0.0.1:${port}`;
  const upstream = new Upstream(
    { to, endpoint, ...(options.tls ? { tls: options.tls } : {}) },
    { ...settings, ...options.settings },
    wheel,
    new UpstreamMetrics(metrics, "test", to),
  );
  const ask = async (name?: string): Promise<string> => {
    const deadlineMs = performance.now() + 5000;
    try {
      const reply = await upstream.exchange(request(name), options.overTcp, deadlineMs);
      return reply.answer.map(({ rdata }) => rdata.join(".")).join(" ");
    } catch (error) {
      if (error instanceof UpstreamError) return error.trouble;
      throw error;
    }
  };
  const close = async (): Promise<void> => {
    upstream.stop();
    wheel.stop();
    await fake.close();
  };
  return { fake, upstream, metrics, ask, close };
}

/** Packets that are no reply to the query, though they have its id or its question. */
export function lies(packet: Buffer): Buffer[] {
  const truth = answerTo(packet, "192.0.2.66");
  const lie = (edit: (octets: Buffer) => void): Buffer => {
    const octets = Buffer.from(truth);
    edit(octets);
    return octets;
  };
  const questionEnd = packet.indexOf(0, 12) + 5;
  return [
    lie((octets) => octets.writeUInt16BE(octets.readUInt16BE(0) ^ 0x0101, 0)),
    lie((octets) => octets.write("x", 13)),
    lie((octets) => octets.writeUInt16BE(28, questionEnd - 4)),
    lie((octets) => octets.writeUInt16BE(3, questionEnd - 2)),
    lie((octets) => octets.writeUInt16BE(0x0100, 2)),
    lie((octets) => octets.writeUInt16BE(0, 4)),
    truth.subarray(0, truth.length - 3),
    truth.subarray(0, 12),
    Buffer.concat([packet.subarray(0, 2), Buffer.alloc(30, 0xff)]),
  ];
}

/** The answer to `n7.example.org.` is 10.0.0.7. */
export function addressed(packet: Buffer): Buffer {
  const label = packet.toString("latin1", 14, 13 + (packet[12] as number));
  return answerTo(packet, `10.0.0.${label}`);
}
