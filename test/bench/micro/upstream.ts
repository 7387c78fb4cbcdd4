import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RrClass } from "../../../src/dns/iana/rr-class.ts";
import { RrType } from "../../../src/dns/iana/rr-type.ts";
import { Flag } from "../../../src/dns/header.ts";
import { Name } from "../../../src/dns/name.ts";
import { Metrics } from "../../../src/observe/metrics.ts";
import { Request } from "../../../src/upstream/request.ts";
import { TimerWheel } from "../../../src/upstream/timer-wheel.ts";
import { UpstreamMetrics } from "../../../src/upstream/upstream-metrics.ts";
import type { UpstreamSettings } from "../../../src/upstream/upstream.ts";
import { Upstream } from "../../../src/upstream/upstream.ts";
import { compile } from "../compile.ts";
import { findProgram } from "../find-program.ts";
import { freePort } from "../free-port.ts";
import { waitUntilRight } from "../probe.ts";
import { removeAtExit, start } from "../processes.ts";
import type { Suite } from "./benchmark.ts";

const EXCHANGES = 2000;
const IN_FLIGHT = 100;

const SETTINGS: UpstreamSettings = {
  readTimeoutMs: 2000,
  setupTimeoutMs: 2500,
  expireMs: 10_000,
  maxAgeMs: 0,
  maxIdle: 0,
  probe: { isOn: false, qname: Name.root, recursionDesired: true, intervalMs: 500, overTcp: false },
};

/** Questions to an upstream over UDP, from request to message; the upstream is a C program of its own. */
export async function openUpstream(): Promise<Suite> {
  const compiler = findProgram("cc");
  if (compiler === undefined) {
    console.log('upstream: not available: no C compiler: install "gcc"');
    return { benchmarks: [], close: () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), "portolan-micro-"));
  removeAtExit(folder);
  const port = await freePort();
  const program = compile(compiler, "upstream", folder);
  const server = start({ program, args: [String(port)] }, join(folder, "log"));
  await waitUntilRight(server, port, []);
  const wheel = new TimerWheel();
  const to = `127.0.0.1:${port}`;
  const endpoint = { address: "127.0.0.1", port, localAddress: undefined };
  const metrics = new UpstreamMetrics(new Metrics(), "bench", to);
  const upstream = new Upstream({ to, endpoint }, SETTINGS, wheel, metrics);
  const qnames = Array.from({ length: EXCHANGES }, (_, i) => Name.parse(`host-${i}.example.`));
  return {
    benchmarks: [
      {
        name: `upstream: exchange over UDP, ${IN_FLIGHT} at once`,
        operations: EXCHANGES,
        run: () => exchangeAll(upstream, qnames),
      },
    ],
    close: async () => {
      upstream.stop();
      wheel.stop();
      await server.stop();
    },
  };
}

async function exchangeAll(upstream: Upstream, qnames: readonly Name[]): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let name = qnames[next++]; name !== undefined; name = qnames[next++]) {
      await upstream.exchange(requestFor(name), false, performance.now() + 5000);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

function requestFor(qname: Name): Request {
  return new Request({ qname, qtype: RrType.A, qclass: RrClass.IN, flags: Flag.RD });
}
