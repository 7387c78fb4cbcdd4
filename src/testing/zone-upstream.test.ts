import { UDPClient, TCPClient } from "dns2";
import { afterEach, expect, it } from "vitest";
import type { ZoneUpstream } from "./zone-upstream.ts";
import { startZoneUpstream } from "./zone-upstream.ts";

const TEXT = "x".repeat(200);
const ZONE = `
$ORIGIN example.net.
$TTL 300
@   IN SOA ns1 hostmaster 7 7200 3600 1209600 120
    IN NS  ns1
ns1 IN A   192.0.2.53
big IN TXT "1${TEXT}"
big IN TXT "2${TEXT}"
big IN TXT "3${TEXT}"
`;

let upstream: ZoneUpstream | undefined;

afterEach(() => upstream?.close());

async function start(): Promise<{ dns: string; port: number; questions: readonly string[] }> {
  upstream = await startZoneUpstream(ZONE);
  return { dns: "127.0.0.1", port: upstream.port, questions: upstream.questions };
}

it("serves its zone over UDP and TCP, and tells what it was asked", async () => {
  const at = await start();
  for (const ask of [UDPClient(at), TCPClient(at)]) {
    const { header, answers, authorities } = await ask("ns1.example.net", "A");
    expect([header.aa, header.rcode]).toEqual([1, 0]);
    expect(answers).toMatchObject([{ name: "ns1.example.net", ttl: 300, address: "192.0.2.53" }]);
    expect(authorities).toMatchObject([{ name: "example.net", ns: "ns1.example.net" }]);
  }
  expect(at.questions).toEqual(["udp ns1.example.net. A", "tcp ns1.example.net. A"]);
});

it("denies every other name with the root's SOA record", async () => {
  const { header, authorities } = await UDPClient(await start())("example.org", "A");
  expect([header.aa, header.rcode]).toEqual([1, 3]);
  expect(authorities).toMatchObject([
    { name: "", ttl: 60, primary: "a.root.invalid", minimum: 86_400 },
  ]);
});

it("truncates over UDP and not over TCP", async () => {
  const at = await start();
  const overUdp = await UDPClient({ ...at, retryOverTCP: false })("big.example.net", "TXT");
  expect(overUdp.header.tc).toBe(1);
  expect(overUdp.answers).toHaveLength(2);
  const overTcp = await TCPClient(at)("big.example.net", "TXT");
  expect(overTcp.header.tc).toBe(0);
  expect(overTcp.answers).toHaveLength(3);
});
