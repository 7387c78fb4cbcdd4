import { afterEach, describe, expect, it } from "vitest";
import { Composer } from "../src/dns/composer.ts";
import { Opcode } from "../src/dns/iana/opcode.ts";
import { Rcode } from "../src/dns/iana/rcode.ts";
import { RrType } from "../src/dns/iana/rr-type.ts";
import { Name } from "../src/dns/name.ts";
import type { TestServer } from "../src/testing/server.ts";
import { startServer } from "../src/testing/server.ts";
import { TcpProbe, askUdp } from "../src/transport/transport.cases.ts";

const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

interface Question {
  readonly name: string;
  readonly type?: number;
  readonly rrClass?: number;
  readonly flags?: number;
  readonly edns?: { readonly version?: number; readonly dnssecOk?: boolean };
}

function packetOf({ name, type = 1, rrClass = 1, flags = 0x0100, edns }: Question): Buffer {
  const composer = new Composer();
  composer.begin(1, flags, 512);
  composer.question(Name.parse(name), type, rrClass);
  if (edns) {
    composer.reserve(11);
    composer.edns(1232, 0, edns.dnssecOk ?? false, []);
  }
  const packet = Buffer.from(composer.finish());
  if (edns?.version) packet[packet.length - 5] = edns.version;
  return packet;
}

/** What has been counted, without the queries' durations: `name{labels} value`. */
class Counted {
  readonly server: TestServer;
  constructor(server: TestServer) {
    this.server = server;
  }

  async of(...names: readonly string[]): Promise<string[]> {
    const lines = (await this.server.server.metrics.text()).split("\n");
    return names.flatMap((name) => {
      return lines
        .filter((line) => line.startsWith(`coredns_dns_${name}{`))
        .map((line) => line.slice("coredns_dns_".length).replace(/,view=""/, ""));
    });
  }
}

const COREFILE = `
  example.org:{{PORT}} {
    bind 127.0.0.1
    prometheus 127.0.0.1:0
    whoami
  }
  example.net:{{PORT}} {
    bind 127.0.0.1
    prometheus 127.0.0.1:0
    whoami
  }
  empty.test:{{PORT}} {
    bind 127.0.0.1
  }
`;

async function start(corefile = COREFILE): Promise<Counted> {
  const server = await startServer({ corefile });
  servers.push(server);
  return new Counted(server);
}

async function ask({ server }: Counted, question: Question): Promise<number> {
  return (await askUdp(server.port, packetOf(question))).readUInt16BE(2) & 0x0f;
}

const dropped = 'server="dns://127.0.0.1:0",zone="dropped"';

describe("queries that no server block takes", () => {
  it("are refused and counted once under the zone dropped, in all of CoreDNS's families", async () => {
    const counted = await start();
    expect(await ask(counted, { name: "other.test." })).toBe(Rcode.REFUSED);
    const edns = { dnssecOk: true };
    await ask(counted, { name: "other.test.", type: RrType.AAAA, edns });
    const tcp = new TcpProbe(counted.server.port);
    tcp.send(packetOf({ name: "other.test." }));
    await tcp.untilIds(1);
    tcp.socket.destroy();
    expect(
      await counted.of(
        "requests_total",
        "responses_total",
        "do_requests_total",
        "request_size_bytes_sum",
        "response_size_bytes_sum",
        "request_duration_seconds_count",
      ),
    ).toEqual([
      `requests_total{${dropped},proto="udp",family="1",type="A"} 1`,
      `requests_total{${dropped},proto="udp",family="1",type="AAAA"} 1`,
      `requests_total{${dropped},proto="tcp",family="1",type="A"} 1`,
      `responses_total{${dropped},rcode="REFUSED",plugin=""} 3`,
      `do_requests_total{${dropped}} 1`,
      `request_size_bytes_sum{${dropped},proto="udp"} 67`,
      `request_size_bytes_sum{${dropped},proto="tcp"} 28`,
      `response_size_bytes_sum{${dropped},proto="udp"} 67`,
      `response_size_bytes_sum{${dropped},proto="tcp"} 28`,
      `request_duration_seconds_count{${dropped}} 3`,
    ]);
  });

  it.each<[string, Question]>([
    ["of a class that is not served", { name: "version.bind.", type: 16, rrClass: 3 }],
    ["for a block without plugins", { name: "a.empty.test." }],
    ["for a zone transfer of a zone of nobody", { name: "other.test.", type: RrType.AXFR }],
  ])("are those %s, too", async (_what, question) => {
    const counted = await start();
    expect(await ask(counted, question)).toBe(Rcode.REFUSED);
    expect(await counted.of("responses_total")).toEqual([
      `responses_total{${dropped},rcode="REFUSED",plugin=""} 1`,
    ]);
  });

  it("are not those that a block takes, though no plugin of it is asked", async () => {
    const counted = await start();
    expect(await ask(counted, { name: "example.org.", type: RrType.AXFR })).toBe(Rcode.REFUSED);
    expect(await counted.of("responses_total")).toEqual([
      'responses_total{server="dns://127.0.0.1:0",zone="example.org.",rcode="REFUSED",plugin=""} 1',
    ]);
  });

  it("are not those that cannot be read, or are of another kind, as in CoreDNS", async () => {
    const counted = await start();
    const { server } = counted;
    const noQuestion = Buffer.alloc(12);
    expect((await askUdp(server.port, noQuestion)).readUInt16BE(2) & 0x0f).toBe(Rcode.FORMERR);
    await ask(counted, { name: "other.test.", edns: { version: 3 } });
    await ask(counted, { name: "other.test.", flags: Opcode.UPDATE << 11 });
    expect(await counted.of("requests_total", "responses_total")).toEqual([]);
  });

  it("are counted after a reload as before, where a block counts still", async () => {
    const counted = await start();
    await counted.server.server.reload();
    await ask(counted, { name: "other.test." });
    expect(await counted.of("responses_total")).toEqual([
      `responses_total{${dropped},rcode="REFUSED",plugin=""} 1`,
    ]);
    counted.server.corefile = "example.org:{{PORT}} {\n bind 127.0.0.1\n whoami\n}";
    await counted.server.server.reload();
    await ask(counted, { name: "other.test." });
    expect(await counted.of("responses_total")).toEqual([
      `responses_total{${dropped},rcode="REFUSED",plugin=""} 1`,
    ]);
  });

  it("are counted for each address, whichever block it is that counts", async () => {
    const counted = await start(`
      example.org:{{PORT}} {
        bind 127.0.0.1 ::1
        whoami
      }
      example.net:{{PORT}} {
        bind 127.0.0.1
        prometheus 127.0.0.1:0
      }
    `);
    await ask(counted, { name: "other.test." });
    const places = counted.server.server.places();
    const port = places.find(({ address }) => address === "::1")?.port ?? 0;
    await askUdp(port, packetOf({ name: "other.test." }), "::1");
    expect(await counted.of("requests_total")).toEqual([
      `requests_total{${dropped},proto="udp",family="1",type="A"} 1`,
      'requests_total{server="dns://[::1]:0",zone="dropped",proto="udp",family="2",type="A"} 1',
    ]);
  });
});
