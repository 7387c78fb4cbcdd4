import { setTimeout as sleep } from "node:timers/promises";
import { storedService } from "../../cluster/cluster-objects.ts";
import { failure } from "../../cluster/fake-answers.ts";
import { FakeCluster, PATHS } from "../../cluster/fake-cluster.ts";
import { FaultProxy } from "../../cluster/fault-proxy.ts";
import { ask, isAnswered, untilReply } from "../ask.ts";
import type { Contestant, Effort, Figure, Result } from "../figure.ts";
import { inMs, inSeconds, withServer } from "../figure.ts";

const OUTAGE_MS = 20_000;
const READY_MS = 5_000;
const DEAD_WATCH_MS = 15_000;
const TOKEN_MS = 2_000;
const PATIENCE_MS = 120_000;
const STARTS = 20;
const WEB = "web.shop.svc.cluster.local A";

const COREFILE = `.:{{PORT}} {
  errors
  kubernetes cluster.local {
    kubeconfig {{KUBECONFIG}}
  }
}
`;

/** @param act gets a fake API with one Service, and a way to it that can be broken */
async function withCluster<T>(
  act: (fake: FakeCluster, proxy: FaultProxy) => Promise<T>,
): Promise<T> {
  const fake = await FakeCluster.start();
  await fake.services.put(storedService({ namespace: "shop", name: "web" }, "10.97.1.1"));
  const proxy = await FaultProxy.start(fake.api.port);
  fake.writeKubeconfig({ token: "good" }, proxy.url);
  try {
    return await act(fake, proxy);
  } finally {
    await proxy.stop();
    await fake.stop();
  }
}

export const outage: Figure = {
  id: "S10",
  what: "after 20 s of nothing but 500 from the API server at start: ready; first right answer",
  goal: `within ${inSeconds(READY_MS)}`,
  measure: (contestant) =>
    withCluster(async (fake) => {
      fake.api.gate = () => failure({ code: 500, reason: "InternalError", message: "no" });
      const options = { corefile: COREFILE, values: { KUBECONFIG: fake.kubeconfig } };
      return withServer(contestant, { ...options, wait: "nothing" }, async (server) => {
        await sleep(OUTAGE_MS);
        fake.api.gate = () => undefined;
        const beganMs = performance.now();
        const answered = untilReply(server.port, WEB, isAnswered, PATIENCE_MS);
        await server.untilReady(PATIENCE_MS);
        const readyMs = performance.now() - beganMs;
        const answerMs = await answered;
        return {
          text: `${inSeconds(readyMs)}; ${inSeconds(answerMs)}`,
          isMet: Math.max(readyMs, answerMs) <= READY_MS,
        };
      });
    }),
};

export const recovery: Figure = {
  id: "S11",
  what: "a dead connection to the API server is given up after; a new token in its file is used by all watches after the old one is revoked",
  goal: `${inSeconds(DEAD_WATCH_MS)}; ${inSeconds(TOKEN_MS)}`,
  async measure(contestant) {
    const dead = await deadWatch(contestant);
    const token = await revokedToken(contestant);
    return {
      text: `${inSeconds(dead)}; ${inSeconds(token)}`,
      isMet: dead <= DEAD_WATCH_MS && token <= TOKEN_MS,
    };
  },
};

function deadWatch(contestant: Contestant): Promise<number> {
  return withCluster((fake, proxy) => {
    const options = { corefile: COREFILE, values: { KUBECONFIG: fake.kubeconfig } };
    return withServer(contestant, options, async () => {
      const before = proxy.acceptedConnections;
      const beganMs = performance.now();
      await proxy.freeze();
      while (proxy.acceptedConnections === before && performance.now() - beganMs < PATIENCE_MS) {
        await sleep(20);
      }
      const ms = performance.now() - beganMs;
      await proxy.thaw();
      return ms;
    });
  });
}

/** From the new token in its file to the last of the watches that uses it: all is followed again. */
function revokedToken(contestant: Contestant): Promise<number> {
  return withCluster(async (fake, proxy) => {
    const file = fake.writeFile("token", "good");
    fake.writeKubeconfig({ tokenFile: file }, proxy.url);
    let taken = "good";
    fake.api.gate = ({ headers }) => {
      const isKnown = headers.authorization === `Bearer ${taken}`;
      return isKnown ? undefined : failure({ code: 401, reason: "Unauthorized", message: "who?" });
    };
    const options = { corefile: COREFILE, values: { KUBECONFIG: fake.kubeconfig } };
    return withServer(contestant, options, async () => {
      taken = "better";
      fake.writeFile("token", "better");
      const beganMs = performance.now();
      fake.api.dropConnections();
      const paths = new Set(Object.values(PATHS) as string[]);
      while (paths.size > 0 && performance.now() - beganMs < PATIENCE_MS) {
        await sleep(20);
        for (const { headers, path } of fake.api.requests) {
          if (headers.authorization === "Bearer better") paths.delete(path);
        }
      }
      return performance.now() - beganMs;
    });
  });
}

export const readiness: Figure = {
  id: "S13",
  what: `longest time from /ready = 200 to the first answered query, ${STARTS} starts; wrongly ready`,
  goal: "0 ms; never",
  measure: (contestant, effort) =>
    withCluster(async (fake) => {
      const late: number[] = [];
      for (let i = 0; i < starts(effort); i++) late.push(await readyGap(contestant, fake));
      const wrongly = await isReadyWithout(contestant, fake);
      const most = Math.max(...late);
      return {
        text: `${inMs(most)}; ${wrongly ? "ready without the API server" : "never"}`,
        isMet: most === 0 && !wrongly,
        note: `${late.filter((ms) => ms > 0).length} of ${late.length} starts were late`,
      } satisfies Result;
    }),
};

function starts({ isFull }: Effort): number {
  return isFull ? STARTS : STARTS / 2;
}

/** 0 if the query is answered that is sent when /ready says 200. */
function readyGap(contestant: Contestant, fake: FakeCluster): Promise<number> {
  const options = { corefile: COREFILE, values: { KUBECONFIG: fake.kubeconfig } };
  return withServer(contestant, { ...options, wait: "nothing" }, async (server) => {
    while ((await server.ready()).status !== 200) await sleep(1);
    const beganMs = performance.now();
    const { reply } = await ask(server.port, WEB, 1_000);
    if (reply && isAnswered(reply)) return 0;
    await untilReply(server.port, WEB, isAnswered, 10_000);
    return performance.now() - beganMs;
  });
}

/** Whether it says that it is ready before it has seen the cluster. */
async function isReadyWithout(contestant: Contestant, fake: FakeCluster): Promise<boolean> {
  const before = fake.api.gate;
  fake.api.gate = () => failure({ code: 500, reason: "InternalError", message: "no" });
  const options = { corefile: COREFILE, values: { KUBECONFIG: fake.kubeconfig } };
  try {
    return await withServer(contestant, { ...options, wait: "nothing" }, async (server) => {
      const endMs = performance.now() + 7_000;
      while (performance.now() < endMs) {
        if ((await server.ready()).status === 200) return true;
        await sleep(20);
      }
      return false;
    });
  } finally {
    fake.api.gate = before;
  }
}
