import { setTimeout as sleep } from "node:timers/promises";
import type { ControlPlane } from "../../cluster/control-plane.ts";
import { FaultProxy } from "../../cluster/fault-proxy.ts";
import type { Contestant } from "./contestants.ts";
import type { Scene } from "./measured-server.ts";
import { MeasuredServer } from "./measured-server.ts";
import type { Expectation } from "./objects.ts";
import { clearPeak } from "./process-memory.ts";
import { formatTable, mebioctets } from "./table.ts";

const SETTLE_MS = 10_000;
const TIMEOUT_MS = 120_000;
const PAUSE_MS = 20;

interface Relist {
  readonly beforeOctets: number;
  readonly peakOctets: number;
  readonly afterOctets: number;
  readonly readOctets: number;
}

/**
 * Lets every watch end in 410 Gone, and all objects be read again: the API server starts anew, and knows no
 * changes before that; meanwhile something has changed.
 *
 * @param count times in a row, for each server
 */
export async function measureRelists(
  contestants: readonly Contestant[],
  scene: Scene,
  count: number,
): Promise<string> {
  const rows: string[][] = [];
  for (const contestant of contestants) {
    const relists = await measure(contestant, scene, count);
    rows.push(...relists.map((relist, i) => format(`${contestant.name}, relist ${i + 1}`, relist)));
  }
  return formatTable(["server", "RSS before", "peak", "rise", "RSS 10 s later", "read"], rows);
}

async function measure(contestant: Contestant, scene: Scene, count: number): Promise<Relist[]> {
  const proxy = await FaultProxy.start(scene.plane.port);
  const server = await MeasuredServer.start(contestant, scene, proxy.url);
  try {
    await server.untilStarted(scene);
    await sleep(SETTLE_MS);
    const relists: Relist[] = [];
    while (relists.length < count) relists.push(await relist(server, proxy, scene.plane));
    return relists;
  } finally {
    await server.stop();
    await proxy.stop();
  }
}

async function relist(
  server: MeasuredServer,
  proxy: FaultProxy,
  plane: ControlPlane,
): Promise<Relist> {
  const before = server.memory();
  const octets = proxy.octetsToClients;
  await proxy.refuse();
  proxy.cut("RST");
  clearPeak(server.program.pid);
  const marker = await change(plane);
  await plane.restartApiServer();
  await proxy.accept();
  await server.asker.untilRight(marker, PAUSE_MS, TIMEOUT_MS);
  await sleep(SETTLE_MS);
  const after = server.memory();
  return {
    beforeOctets: before.residentOctets,
    peakOctets: after.peakOctets,
    afterOctets: after.residentOctets,
    readOctets: proxy.octetsToClients - octets,
  };
}

/** A new Service: to be asked for, and it makes resource versions run on, for all kinds. */
async function change(plane: ControlPlane): Promise<Expectation> {
  const name = `relist-${Date.now()}`;
  const client = plane.client();
  const { spec } = await client.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: { ports: [{ port: 80 }] },
  });
  client.close();
  const { clusterIP } = spec as { clusterIP: string };
  return { qname: `${name}.default.svc.cluster.local`, addresses: [clusterIP] };
}

function format(name: string, relist: Relist): string[] {
  const { beforeOctets, peakOctets, afterOctets, readOctets } = relist;
  const percent = (peakOctets / beforeOctets - 1) * 100;
  return [
    name,
    mebioctets(beforeOctets),
    mebioctets(peakOctets),
    `${percent.toFixed(0)} %`,
    mebioctets(afterOctets),
    `${(readOctets / 2 ** 20).toFixed(1)} MiB`,
  ];
}
