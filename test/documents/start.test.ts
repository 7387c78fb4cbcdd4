import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Composer } from "../../src/dns/composer.ts";
import { Flag } from "../../src/dns/header.ts";
import { Rcode } from "../../src/dns/iana/rcode.ts";
import { RrClass } from "../../src/dns/iana/rr-class.ts";
import { RrType } from "../../src/dns/iana/rr-type.ts";
import { Name } from "../../src/dns/name.ts";
import { MAX_MESSAGE_OCTETS } from "../../src/dns/wire-writer.ts";
import { askUdp } from "../../src/transport/transport.cases.ts";
import { Server } from "../../src/server/server.ts";
import { recordingLog } from "../../src/testing/context.ts";
import { until } from "../../src/testing/until.ts";
import { ROOT } from "../run-portolan.ts";
import { corefilesIn, documents, parseDocumented, readDocument } from "./readme.ts";
import { StandIns, documentedPlugins } from "./stand-ins.ts";

const ID = Buffer.from([0x12, 0x34]);

/** `[where it stands, Corefile]` */
const examples = [
  ...documents.flatMap((path) => {
    return corefilesIn(readDocument(path)).map((text, i) => [`${path} ${i + 1}`, text] as const);
  }),
  ["Corefile.example", readDocument("Corefile.example")] as const,
];

it.each(documents)("%s shows a Corefile", (path) => {
  expect(corefilesIn(readDocument(path))).not.toEqual([]);
});

describe("each Corefile of a document", () => {
  let standIns: StandIns;
  beforeAll(async () => {
    standIns = await StandIns.start();
  });
  afterAll(() => standIns.stop());

  it.each(examples)("starts, gets ready and answers: %s", async (_, text) => {
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
      await until(() =>
        server.configuration.instances.every(({ instance }) => !instance.notReady?.()),
      );
      for (const { address, port, zones } of server.places()) {
        for (const zone of zones) {
          const reply = await askUdp(port, questionIn(zone), address || "127.0.0.1");
          expect(reply.subarray(0, 2)).toEqual(ID);
          // It has come to a server block that has something to say, were it that it failed.
          expect([Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.SERVFAIL]).toContain(
            reply.readUInt16BE(2) & 0xf,
          );
        }
      }
    } finally {
      await server.stop();
    }
    expect(lines.filter((line) => /^(error|fatal)/.test(line))).toEqual([]);
  });
});

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
