import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Composer } from "../../src/dns/composer.ts";
import { Flag } from "../../src/dns/header.ts";
import { Rcode } from "../../src/dns/iana/rcode.ts";
import { RrClass } from "../../src/dns/iana/rr-class.ts";
import { RrType } from "../../src/dns/iana/rr-type.ts";
import { Name } from "../../src/dns/name.ts";
import { MAX_MESSAGE_OCTETS } from "../../src/dns/wire-writer.ts";
import { Family } from "../../src/observe/metrics.ts";
import { Server } from "../../src/server/server.ts";
import type { NamedInstance } from "../../src/server/contract/plugin.ts";
import { recordingLog } from "../../src/testing/context.ts";
import { until } from "../../src/testing/until.ts";
import { ROOT } from "../run-portolan.ts";
import type { DescribedMetric } from "./documented-metrics.ts";
import { describeMetric, documentedMetrics } from "./documented-metrics.ts";
import { corefilesIn, documents, parseDocumented, readDocument, section } from "./readme.ts";
import { StandIns, documentedPlugins } from "./stand-ins.ts";

const ANSWERED = [Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.SERVFAIL];
/** Who keeps some out, and who is an authority for its zones and nothing else. */
const REFUSES = /\b(acl|file|auto|secondary|dynupdate)\b/;
const ID = Buffer.from([0x12, 0x34]);

/** `[document, how many-th in it, Corefile]` */
const examples = [
  ...documents.flatMap((path) => {
    return corefilesIn(readDocument(path)).map((text, i) => [path, i + 1, text] as const);
  }),
  ["Corefile.example", 1, readDocument("Corefile.example")] as const,
];

/** By document: the metrics that the server had whose Corefiles it shows. */
const registered = new Map<string, Set<DescribedMetric>>();

it.each(documents)("%s shows a Corefile", (path) => {
  expect(corefilesIn(readDocument(path))).not.toEqual([]);
});

describe("each Corefile of a document", () => {
  let standIns: StandIns;
  beforeAll(async () => {
    standIns = await StandIns.start();
  });
  afterAll(() => standIns.stop());

  it.each(examples)("starts, gets ready and answers: %s %i", async (path, _, text) => {
    const { log, lines } = recordingLog();
    const corefile = standIns.replaceIn(parseDocumented(text, join(ROOT, "Corefile")));
    const server = await Server.start({
      load: () => corefile,
      plugins: documentedPlugins,
      defaultPort: 0,
      log,
      onFatal: (message) => lines.push(`fatal: ${message}`),
    });
    try {
      await until(() => server.configuration.instances.every(isReady));
      for (const { address, port, zones } of server.places()) {
        for (const zone of zones) {
          const rcode = await answerTo(questionIn(zone), port, address || "127.0.0.1");
          // It has come to a server block that has something to say, were it that it failed.
          expect(REFUSES.test(text) ? [...ANSWERED, Rcode.REFUSED] : ANSWERED).toContain(rcode);
        }
      }
      keepMetrics(path, server);
    } finally {
      await server.stop();
    }
    expect(lines.filter((line) => /^(error|fatal)/.test(line))).toEqual([]);
  });
});

describe("the metrics of", () => {
  const all = documents.flatMap((path) =>
    documentedMetrics(section(readDocument(path), "Metrics")),
  );

  it.each(documents)("%s are there once its Corefiles have been started", (path) => {
    const documented = documentedMetrics(section(readDocument(path), "Metrics"));
    const there = registered.get(path) ?? new Set();
    expect(documented.filter((one) => !there.has(one) && !one.startsWith(OF_A_PROCESS))).toEqual(
      [],
    );
  });

  it.each(documents)("all that runs in the Corefiles of %s are documented", (path) => {
    const known = new Set(all);
    const there = [...(registered.get(path) ?? [])];
    expect(there.filter((one) => !known.has(one))).toEqual([]);
  });

  it("all plugins are documented in one place", () => {
    expect(all.filter((one, i) => all.indexOf(one) !== i)).toEqual([]);
  });
});

/** Counted by the process around the server. */
const OF_A_PROCESS = "portolan_log_lines_dropped_total";

function keepMetrics(path: string, { metrics: { registry } }: Server): void {
  const all = registered.get(path) ?? new Set();
  registered.set(path, all);
  for (const family of registry.getMetricsAsArray() as unknown[]) {
    if (!(family instanceof Family)) continue; // prom-client's own, of process and Node.
    all.add(describeMetric(family.name, family.labelNames, family.type));
  }
}

/** `erratic` is ready for two queries only, to try those who ask `/ready`. */
function isReady({ plugin, instance }: NamedInstance): boolean {
  return plugin === "erratic" || !instance.notReady?.();
}

/** The response code to a question; it is asked four times, as `erratic` may drop some. */
async function answerTo(packet: Buffer, port: number, address: string): Promise<number> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  for (let i = 0; i < 4; i++) socket.send(packet, port, address);
  const [reply] = (await once(socket, "message")) as [Buffer];
  socket.close();
  expect(reply.subarray(0, 2)).toEqual(ID);
  return reply.readUInt16BE(2) & 0xf;
}

function questionIn(zone: string): Buffer {
  const composer = new Composer();
  composer.begin(ID.readUInt16BE(), Flag.RD, MAX_MESSAGE_OCTETS);
  composer.question(
    Name.parse(zone === "." ? "host.example." : `host.${zone}`),
    RrType.A,
    RrClass.IN,
  );
  return Buffer.from(composer.finish());
}
