import type { Socket } from "node:net";
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { emptyReplyTo, startFakeUpstream } from "../../../src/testing/fake-upstream.ts";
import type { DnsServer } from "../../cluster/dns-server.ts";
import type { Probe } from "../../soak/steady-client.ts";
import { SteadyClient } from "../../soak/steady-client.ts";
import type { Effort, Figure } from "../figure.ts";
import { count, withServer } from "../figure.ts";
import { measureRelist } from "../relist.ts";

const NXDOMAIN = 3;
const QUERIES_PER_SECOND = 2_500;
const CONNECTIONS = 3_000;
/** One client may have some hundred connections. */
const CLIENTS = 30;
const MEBIOCTET = 2 ** 20;
/** What the cache and the answer table may hold in all, and what comes and goes. */
const MAX_MEBIOCTETS = 100;
const MAX_RISE = 0.3;

const COREFILE = `.:{{PORT}} {
  cache 300
  forward . {{UPSTREAM}}
}
`;

export const memory: Figure = {
  id: "S14",
  what: `memory more after unique names at ${count(QUERIES_PER_SECOND)} q/s; with ${count(CONNECTIONS)} idle TCP connections; peak of a relist over steady`,
  goal: "bounded; bounded; at most 1.3",
  async measure(contestant, effort) {
    const upstream = await startFakeUpstream(({ packet, reply }) => {
      reply(emptyReplyTo(packet, NXDOMAIN));
    });
    const options = { corefile: COREFILE, values: { UPSTREAM: upstream.address } };
    try {
      const [names, idle] = await withServer(contestant, options, async (server) => [
        await afterNames(server, seconds(effort)),
        await withConnections(server),
      ]);
      const relist = await measureRelist(contestant.name, effort);
      const rise = relist === undefined ? undefined : relist.peakOctets / relist.beforeOctets - 1;
      const more = `+${names.toFixed(0)} MiB; +${idle.toFixed(0)} MiB`;
      return {
        text: `${more}; ${rise === undefined ? "relist not measured" : (1 + rise).toFixed(2)}`,
        isMet: Math.max(names, idle) <= MAX_MEBIOCTETS && rise !== undefined && rise <= MAX_RISE,
        note: `${count(seconds(effort) * QUERIES_PER_SECOND)} names; ${relist?.note ?? "no API server to relist from"}`,
      };
    } finally {
      await upstream.close();
    }
  },
};

function seconds({ isFull }: Effort): number {
  return isFull ? 400 : 20;
}

/** Mebioctets more than when the first thousand had been asked. */
async function afterNames(server: DnsServer, seconds: number): Promise<number> {
  let n = 0;
  const probes: Probe[] = Array.from({ length: seconds * QUERIES_PER_SECOND }, () => ({
    question: `n${n++}.water.example.test A`,
    ask: () => () => undefined,
  }));
  const start = { port: server.port, queriesPerSecond: QUERIES_PER_SECOND, probes };
  const client = await SteadyClient.start(start);
  await sleep(1_000);
  const before = server.program.residentOctets();
  await sleep((seconds - 1) * 1000);
  await client.stop();
  return (server.program.residentOctets() - before) / MEBIOCTET;
}

async function withConnections(server: DnsServer): Promise<number> {
  const before = server.program.residentOctets();
  const sockets: Socket[] = [];
  for (let i = 0; i < CONNECTIONS; i++) {
    const localAddress = `127.0.0.${10 + (i % CLIENTS)}`;
    const socket = createConnection({ port: server.port, host: "127.0.0.1", localAddress });
    socket.on("error", () => {});
    socket.resume();
    sockets.push(socket);
    if (i % 100 === 0) await sleep(20);
  }
  await sleep(500);
  const more = (server.program.residentOctets() - before) / MEBIOCTET;
  for (const socket of sockets) socket.destroy();
  return more;
}
