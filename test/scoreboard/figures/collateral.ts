import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../../bench/scale/table.ts";
import { fixed } from "../../soak/probes.ts";
import { SteadyClient } from "../../soak/steady-client.ts";
import type { Figure } from "../figure.ts";
import { inMs, withServer } from "../figure.ts";

const FLOOD = join(import.meta.dirname, "../flood-process.ts");
const ROUNDS = 5;
const ROUND_SECONDS = 2;
const QUERIES_PER_SECOND = 250;
const MOST = 1.2;
/** Below this, it is the scheduler's doing. */
const UNNOTICED_MS = 1;

const COREFILE = `.:{{PORT}} {
  hosts {
    192.0.2.1 www.hosts.test
    fallthrough
  }
  forward . {{UPSTREAM}}
}
`;

/** Idle and flooded in turns, so that what else the machine does is in both. */
export const collateral: Figure = {
  id: "S9",
  what: "99 % latency of local names while 500 q/s go to a silent upstream, beside idle",
  goal: `at most ${MOST} times, or below ${inMs(UNNOTICED_MS)}`,
  async measure(contestant) {
    const child = spawn(process.execPath, [FLOOD], { stdio: ["pipe", "pipe", "inherit"] });
    const said = createInterface({ input: child.stdout });
    try {
      const [upstream] = (await once(said, "line")) as [string];
      const options = { corefile: COREFILE, values: { UPSTREAM: upstream } };
      return await withServer(contestant, options, async ({ port }) => {
        await latency(port);
        const [idle, busy]: [Latency[], Latency[]] = [[], []];
        for (let i = 0; i < ROUNDS; i++) {
          idle.push(await latency(port));
          const over = flood(child, said, port);
          await sleep(200);
          busy.push(await latency(port));
          await over;
        }
        const [before, during] = [medianP99(idle), medianP99(busy)];
        const lost = busy.reduce((sum, one) => sum + one.lost, 0);
        return {
          text: `${inMs(during)}, idle ${inMs(before)}; ${lost} lost`,
          isMet: lost === 0 && (during <= MOST * before || during <= UNNOTICED_MS),
          note: `medians of ${ROUNDS} rounds in turns`,
        };
      });
    } finally {
      child.kill("SIGKILL");
    }
  },
};

/** Resolves when it is over, with all that had to be waited for. */
async function flood(
  child: ChildProcess,
  said: ReturnType<typeof createInterface>,
  port: number,
): Promise<void> {
  child.stdin?.write(`${port} ${ROUND_SECONDS + 1}\n`);
  await once(said, "line");
}

interface Latency {
  readonly p99Ms: number;
  readonly lost: number;
}

async function latency(port: number): Promise<Latency> {
  const probes = [fixed("www.hosts.test A", "192.0.2.1")];
  const client = await SteadyClient.start({ port, probes, queriesPerSecond: QUERIES_PER_SECOND });
  await sleep(ROUND_SECONDS * 1000);
  const { latenciesMs, lostAtMs } = await client.stop();
  return { p99Ms: percentile(latenciesMs, 0.99), lost: lostAtMs.length };
}

function medianP99(rounds: readonly Latency[]): number {
  return percentile(
    rounds.map(({ p99Ms }) => p99Ms),
    0.5,
  );
}
