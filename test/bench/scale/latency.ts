import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../../cluster/api-client.ts";
import type { KubernetesObject } from "../../cluster/kubernetes-object.ts";
import { referenceTo } from "../../cluster/kubernetes-object.ts";
import type { Contestant } from "./contestants.ts";
import type { Scene } from "./measured-server.ts";
import { MeasuredServer } from "./measured-server.ts";
import type { Expectation } from "./objects.ts";
import { endpointSlice, numbers, podIp } from "./objects.ts";
import { formatTable, percentile } from "./table.ts";

const SETTLE_MS = 3_000;
const TIMEOUT_MS = 30_000;
const PAUSE_MS = 10;
/** Each server has its turn so often. */
const TURNS = 2;

type Kind = "Service created" | "endpoints changed" | "Service deleted";

/** Makes a change, and resolves with what must be answered from then on when the API server has said yes. */
type Change = (client: ApiClient, n: number) => Promise<Expectation>;

const CHANGES: Readonly<Record<Kind, Change>> = {
  "Service created": async (client, n) => {
    const { spec } = await client.create(newService(n));
    return { qname: nameOf(newService(n)), addresses: [(spec as { clusterIP: string }).clusterIP] };
  },
  "endpoints changed": async (client, n) => {
    // A headless Service of the cluster gets the pods of others.
    const first = 1_000_000 + n * 10;
    const slice = endpointSlice(0, first);
    await client.replace(slice);
    const addresses = (slice["endpoints"] as unknown[]).map((_, index) => podIp(first + index));
    return { qname: "service-0.team-0.svc.cluster.local", addresses: addresses.toSorted() };
  },
  "Service deleted": async (client, n) => {
    await client.delete(referenceTo(newService(n)));
    return { qname: nameOf(newService(n)), addresses: [] };
  },
};

/**
 * The time from the API server's answer to a change until the first right answer of the DNS server, which is
 * asked one question after the other meanwhile: the least there can be is the time of one question.
 *
 * @param changes for each server
 */
export async function measureLatency(
  contestants: readonly Contestant[],
  scene: Scene,
  changes: number,
): Promise<string> {
  const client = scene.plane.client();
  const latencies = new Map<string, Map<Kind, number[]>>();
  for (const turn of numbers(TURNS)) {
    for (const { name } of contestants) {
      if (turn === 0) latencies.set(name, new Map(kinds().map((kind) => [kind, []])));
    }
    for (const [place, contestant] of contestants.entries()) {
      const found = latencies.get(contestant.name) ?? new Map<Kind, number[]>();
      const first = (turn * contestants.length + place) * changes;
      await takeTurn(contestant, scene, client, { found, first, changes: changes / TURNS });
    }
  }
  client.close();
  return format(latencies);
}

interface Turn {
  readonly found: ReadonlyMap<Kind, number[]>;
  /** Number of the first change: no two changes are the same. */
  readonly first: number;
  readonly changes: number;
}

async function takeTurn(
  contestant: Contestant,
  scene: Scene,
  client: ApiClient,
  { found, first, changes }: Turn,
): Promise<void> {
  const server = await MeasuredServer.start(contestant, scene);
  try {
    await server.untilStarted({ expected: scene.expected.slice(0, 1) });
    await sleep(SETTLE_MS);
    for (const n of numbers(Math.ceil(changes / kinds().length))) {
      for (const kind of kinds()) {
        const expectation = await CHANGES[kind](client, first + n);
        const changedMs = performance.now();
        await server.asker.untilRight(expectation, 0, TIMEOUT_MS);
        found.get(kind)?.push(performance.now() - changedMs);
        await sleep(PAUSE_MS);
      }
    }
  } finally {
    await server.stop();
  }
}

function format(latencies: ReadonlyMap<string, ReadonlyMap<Kind, readonly number[]>>): string {
  const rows = [...latencies].flatMap(([name, found]) => [
    row(name, "all", [...found.values()].flat()),
    ...[...found].map(([kind, values]) => row(name, kind, values)),
  ]);
  return formatTable(["server", "change", "changes", "p50", "p99", "most"], rows);
}

function row(name: string, kind: string, values: readonly number[]): string[] {
  const shares = [0.5, 0.99, 1].map((share) => `${percentile(values, share).toFixed(2)} ms`);
  return [name, kind, `${values.length}`, ...shares];
}

function kinds(): Kind[] {
  return Object.keys(CHANGES) as Kind[];
}

function newService(n: number): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `latency-${n}`, namespace: "default" },
    spec: { ports: [{ port: 80 }] },
  };
}

function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
}
