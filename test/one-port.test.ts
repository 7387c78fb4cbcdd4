import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Composer } from "../src/dns/composer.ts";
import { formatRcode } from "../src/dns/iana/rcode.ts";
import { parseMessage } from "../src/dns/message.ts";
import { Name } from "../src/dns/name.ts";
import { formatRecord } from "../src/dns/presentation.ts";
import type { TestServer } from "../src/testing/server.ts";
import { startServer } from "../src/testing/server.ts";
import { TcpProbe, askUdp } from "../src/transport/transport.cases.ts";
import { freePort } from "./bench/free-port.ts";

const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const IMPLEMENTATIONS = ["native", "node"] as const;
type Implementation = (typeof IMPLEMENTATIONS)[number];

/** A server block that says its own name to every question for TXT. */
function block(zone: string, says: string, options: readonly string[] = []): string {
  const answer = `answer "{{ .Name }} 60 IN TXT ${says}"`;
  return [`${zone}:PORT {`, ...options, "template IN TXT {", answer, "}", "}"].join("\n");
}

const LOOPBACK = "bind 127.0.0.1";

async function start(corefile: string, implementation: Implementation): Promise<TestServer> {
  const port = await freePort();
  const server = await startServer({ corefile: corefileOf(corefile, port, implementation) });
  servers.push(server);
  return server;
}

function corefileOf(text: string, port: number, implementation: Implementation): string {
  return text.replaceAll(":PORT {", `:${port} {\ntransport {\nudp ${implementation}\n}`);
}

async function reload(
  server: TestServer,
  corefile: string,
  implementation: Implementation,
): Promise<void> {
  server.corefile = corefileOf(corefile, server.port, implementation);
  await server.server.reload();
}

function packetOf(qname: string): Buffer {
  const composer = new Composer();
  composer.begin(1, 0, 512);
  composer.question(Name.parse(qname), 16, 1);
  return Buffer.from(composer.finish());
}

function said(reply: Buffer): string {
  const message = parseMessage(reply);
  const [record] = message?.answer ?? [];
  return record ? formatRecord(record).replace(/.* TXT /, "") : formatRcode(message?.rcode ?? -1);
}

/** What both transports say at an address, if they agree. */
async function ask({ port }: TestServer, address: string, qname = "x.test."): Promise<string> {
  const overUdp = said(await askUdp(port, packetOf(qname), address));
  const tcp = new TcpProbe(port, address);
  tcp.send(packetOf(qname));
  await tcp.untilIds(1);
  tcp.socket.destroy();
  const overTcp = said(tcp.received.subarray(2));
  return overUdp === overTcp ? overUdp : `${overUdp} over UDP, ${overTcp} over TCP`;
}

describe.each(IMPLEMENTATIONS)("one port, by %s", (by) => {
  it.each([
    ["first", [block(".", "close", [LOOPBACK]), block("test", "wide")]],
    ["last", [block("test", "wide"), block(".", "close", [LOOPBACK])]],
  ])(
    "answers by the closer address where one block has bind, %s, and one has not",
    async (_, all) => {
      const server = await start(all.join("\n"), by);
      expect(await ask(server, "127.0.0.1")).toBe('"close"');
      expect(await ask(server, "127.0.0.2")).toBe('"wide"');
      // As in CoreDNS, each address has the zones of its own blocks only.
      expect(await ask(server, "127.0.0.1", "x.example.")).toBe('"close"');
      expect(await ask(server, "127.0.0.2", "x.example.")).toBe("REFUSED");
    },
  );

  it("takes all addresses of IPv4 for closer than all addresses", async () => {
    const blocks = [block(".", "v4", ["bind 0.0.0.0"]), block(".", "wide")];
    const server = await start(blocks.join("\n"), by);
    expect(await ask(server, "127.0.0.1")).toBe('"v4"');
  });

  it("takes bind :: for no bind", async () => {
    const blocks = [block("a.test", "a", ["bind ::"]), block("b.test", "b")];
    const server = await start(blocks.join("\n"), by);
    expect(await ask(server, "127.0.0.1", "x.a.test.")).toBe('"a"');
    expect(await ask(server, "127.0.0.1", "x.b.test.")).toBe('"b"');
  });

  it("goes over from all addresses to one and back by reloads", async () => {
    const wide = block(".", "wide");
    const close = block(".", "close", [LOOPBACK]);
    const server = await start(wide, by);
    const asked = (...addresses: readonly string[]): Promise<string[]> => {
      return Promise.all(addresses.map((address) => ask(server, address)));
    };
    const both = ["127.0.0.1", "127.0.0.2"];
    for (const [corefile, addresses, answers] of [
      [close, ["127.0.0.1"], ['"close"']],
      [wide, both, ['"wide"', '"wide"']],
      [`${wide}\n${close}`, both, ['"close"', '"wide"']],
      [wide, both, ['"wide"', '"wide"']],
      [`${close}\n${wide}`, both, ['"close"', '"wide"']],
      [close, ["127.0.0.1"], ['"close"']],
    ] as const) {
      await reload(server, corefile, by);
      expect(await asked(...addresses)).toEqual(answers);
    }
  });

  it("loses nothing while a reload goes over from one to the other", async () => {
    const wide = block(".", "wide");
    const close = block(".", "close", [LOOPBACK]);
    const server = await start(wide, by);
    for (const corefile of [`${wide}\n${close}`, wide, close, wide]) {
      const answers = Array.from({ length: 50 }, () => askUdp(server.port, packetOf("x.test.")));
      await reload(server, corefile, by);
      for (const answer of await Promise.all(answers)) expect(said(answer)).toMatch(/wide|close/);
    }
  });

  it.each(["127.0.0.1", "127.0.0.2"])(
    "is still refused where a program of others has it at %s, willing to share or not",
    async (address) => {
      for (const reusePort of [false, true]) {
        const udp = createSocket({ type: "udp4", reusePort }).bind(0, address);
        await once(udp, "listening");
        const { port } = udp.address();
        const corefile = corefileOf(
          `${block("a.test", "wide")}\n${block(".", "close", [LOOPBACK])}`,
          port,
          by,
        );
        await expect(startServer({ corefile })).rejects.toThrow(/on udp .*address already in use/);
        udp.close();
        await once(udp, "close");
      }
      for (const reusePort of [false, true]) {
        const tcp = createServer().listen({ port: 0, host: address, reusePort });
        await once(tcp, "listening");
        const { port } = tcp.address() as { port: number };
        const corefile = corefileOf(
          `${block("a.test", "wide")}\n${block(".", "close", [LOOPBACK])}`,
          port,
          by,
        );
        await expect(startServer({ corefile })).rejects.toThrow(/on tcp .*address already in use/);
        tcp.close();
        await once(tcp, "close");
      }
    },
  );
});
