import { setTimeout as sleep } from "node:timers/promises";
import { storedService } from "../../cluster/cluster-objects.ts";
import { FakeCluster } from "../../cluster/fake-cluster.ts";
import { fixed } from "../../soak/probes.ts";
import { SteadyClient } from "../../soak/steady-client.ts";
import type { Contestant, Effort, Figure, Result } from "../figure.ts";
import { count, withServer } from "../figure.ts";

const SERVICES = 20;
const RELOADS = 20;
const QUERIES_PER_SECOND = 1_000;
const CHURN_MS = 50;

const COREFILE = `.:{{PORT}} {
  errors
  kubernetes cluster.local {
    kubeconfig {{KUBECONFIG}}
    ttl TTL
  }
}
`;

/** Reads the Corefile twenty times, another one each time, while the cluster changes. */
export const reloadLoss: Figure = {
  id: "S6",
  what: "queries lost over 20 reloads at 1,000 q/s",
  goal: "0",
  measure: async (contestant, effort) => {
    const fake = await FakeCluster.start();
    try {
      for (let i = 0; i < SERVICES; i++) await fake.services.put(web(i));
      return await measure(fake, contestant, effort);
    } finally {
      await fake.stop();
    }
  },
};

function measure(fake: FakeCluster, contestant: Contestant, { isFull }: Effort): Promise<Result> {
  const values = { KUBECONFIG: fake.kubeconfig };
  const corefile = COREFILE.replace("TTL", "5");
  return withServer(contestant, { corefile, values }, async (server) => {
    const probes = Array.from({ length: SERVICES }, (_none, i) =>
      fixed(`web-${i}.shop.svc.cluster.local A`, address(i)),
    );
    let changes = 0;
    const churn = setInterval(() => void fake.services.put(other(changes++)), CHURN_MS);
    const client = await SteadyClient.start({
      port: server.port,
      probes,
      queriesPerSecond: QUERIES_PER_SECOND,
    });
    for (let i = 0; i < RELOADS; i++) {
      await sleep(isFull ? 3_000 : 800);
      server.reload(COREFILE.replace("TTL", `${6 + i}`));
    }
    await sleep(1_000);
    const { sent, lostAtMs, wrong } = await client.stop();
    clearInterval(churn);
    return {
      text: `${lostAtMs.length} lost, ${wrong.length} wrong, of ${count(sent)}`,
      isMet: lostAtMs.length + wrong.length === 0,
      note: `${changes} changes of the cluster meanwhile${wrong[0] === undefined ? "" : `; first wrong: ${wrong[0]}`}`,
    };
  });
}

function web(i: number): ReturnType<typeof storedService> {
  return storedService({ namespace: "shop", name: `web-${i}` }, address(i));
}

function other(n: number): ReturnType<typeof storedService> {
  return storedService({ namespace: "shop", name: "other" }, `10.98.0.${n & 0xff}`);
}

function address(i: number): string {
  return `10.97.1.${i + 1}`;
}
