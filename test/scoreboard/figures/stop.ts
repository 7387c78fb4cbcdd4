import { setTimeout as sleep } from "node:timers/promises";
import { answerTo, startFakeUpstream } from "../../../src/testing/fake-upstream.ts";
import { fixed } from "../../soak/probes.ts";
import { SteadyClient } from "../../soak/steady-client.ts";
import { ask, isAnswered } from "../ask.ts";
import type { Contestant, Figure, Result } from "../figure.ts";
import { count, inMs, withServer } from "../figure.ts";

const WAITING = 30;
const UPSTREAM_MS = 1_200;
const LAMEDUCK_MS = 2_000;
const MAX_MS = LAMEDUCK_MS + 1_000;

const COREFILE = `.:{{PORT}} {
  health 127.0.0.1:{{HEALTH_PORT}} {
    lameduck ${LAMEDUCK_MS / 1000}s
  }
  hosts {
    192.0.2.1 www.hosts.test
    fallthrough
  }
  forward . {{UPSTREAM}}
}
`;

/** SIGTERM under load, with queries waiting for an upstream. */
export const stopLoss: Figure = {
  id: "S7",
  what: `SIGTERM with ${WAITING} queries waiting and 1,000 q/s: received and not answered; exit`,
  goal: "0; within lameduck + 1 s",
  async measure(contestant) {
    const upstream = await startFakeUpstream(({ packet, reply }) => {
      setTimeout(() => reply(answerTo(packet)), UPSTREAM_MS);
    });
    try {
      return await measure(contestant, upstream.address);
    } finally {
      await upstream.close();
    }
  },
};

function measure(contestant: Contestant, upstream: string): Promise<Result> {
  return withServer(
    contestant,
    { corefile: COREFILE, values: { UPSTREAM: upstream } },
    async (server) => {
      const client = await SteadyClient.start({
        port: server.port,
        probes: [fixed("www.hosts.test A", "192.0.2.1")],
        queriesPerSecond: 1_000,
        isFresh: true,
      });
      await sleep(1_000);
      const waiting = Array.from({ length: WAITING }, (_none, i) =>
        ask(server.port, `slow-${i}.example.test A`, 4_000),
      );
      await sleep(200);
      const signalMs = performance.now();
      server.program.signal("SIGTERM");
      await server.program.ended();
      const exitMs = performance.now() - signalMs;
      await sleep(100);
      const { sent, lostAtMs, refused, wrong } = await client.stop();
      const answered = (await Promise.all(waiting)).filter(
        ({ reply }) => reply && isAnswered(reply),
      );
      const missed = WAITING - answered.length + lostAtMs.length + wrong.length;
      const received = count(sent - refused + WAITING);
      return {
        text: `${missed} of ${received}; lameduck + ${inMs(exitMs - LAMEDUCK_MS)}`,
        isMet: missed === 0 && exitMs <= MAX_MS,
        note: `${answered.length} of the ${WAITING} waiting answered, ${lostAtMs.length} of the others lost`,
      };
    },
  );
}
