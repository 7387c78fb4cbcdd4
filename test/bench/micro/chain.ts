import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeReply } from "../../../src/server/pipeline/encode-reply.ts";
import { DROPPED } from "../../../src/server/contract/reply.ts";
import type { ServingBlock } from "../../../src/server/pipeline/serving-block.ts";
import { startServer } from "../../../src/testing/server.ts";
import { waitUntilRight } from "../probe.ts";
import { generateCluster } from "../cluster.ts";
import { startKubernetesApi } from "../kubernetes-api.ts";
import type { Suite } from "./benchmark.ts";
import { forEach } from "./benchmark.ts";
import { encodeQuery, mustRead } from "./packets.ts";

/** As many as fit into `cache`, so that the first benchmark asks it and the second what is behind it. */
const NAMES = 5000;
/** Far more than fit. */
const ABSENT = 200_000;

const here = { pid: 0, ended: Promise.resolve(), ending: () => undefined, stop: async () => {} };

/** Cluster names through kubeadm's chain of plugins, from packet to packet, without sockets and answer table. */
export async function openChain(): Promise<Suite> {
  const cluster = generateCluster(NAMES);
  const api = await startKubernetesApi(cluster);
  const server = await startServer({ corefile: corefile(api.port) });
  await waitUntilRight(here, server.port, cluster.addresses.slice(0, 1));
  const { blocks, instances } = server.server.configuration;
  while (instances.some(({ instance }) => instance.notReady?.() !== undefined)) await sleep(5);
  const [block] = blocks;
  if (!block) throw new TypeError("Cannot time the chain: there is no server block");
  const known = cluster.addresses.map(({ qname }, index) => encodeQuery(qname, index));
  const absent = absentNames().map((qname, index) => encodeQuery(qname, index));
  let next = 0;
  return {
    benchmarks: [
      forEach("chain: cluster name", known, (packet) => serve(block, packet)),
      forEach("chain: name that does not exist", known, () => {
        next = (next + 1) % absent.length;
        serve(block, absent[next] ?? Buffer.alloc(0));
      }),
    ],
    close: async () => {
      await server.stop();
      await api.close();
    },
  };
}

function serve(block: ServingBlock, packet: Buffer): void {
  const query = mustRead(packet);
  const reply = block.chain(query);
  if (reply instanceof Promise || reply === DROPPED) throw new TypeError("Cannot time: it waits");
  const { length } = encodeReply(query, reply);
  for (const observe of block.observers)
    observe({ query, outcome: reply, octets: length, failure: undefined });
}

function absentNames(): string[] {
  const labels = randomBytes(8 * ABSENT).toString("hex");
  return Array.from(
    { length: ABSENT },
    (_, index) => `${labels.slice(16 * index, 16 * index + 16)}.team-1.svc.cluster.local`,
  );
}

function corefile(apiPort: number): string {
  return `.:{{PORT}} {
    bind 127.0.0.1
    errors
    health 127.0.0.1:0
    ready 127.0.0.1:0
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        endpoint http://127.0.0.1:${apiPort}
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    prometheus 127.0.0.1:0
    forward . 127.0.0.1:9
    cache 30
    loadbalance
}
`;
}
