import type { FakeUpstream } from "../../../src/testing/fake-upstream.ts";
import { answerTo, startFakeUpstream } from "../../../src/testing/fake-upstream.ts";
import { ask, isAnswered } from "../ask.ts";
import type { Contestant, Figure } from "../figure.ts";
import { count, inMs, withServer } from "../figure.ts";

const IDENTICAL = 100;
const SEQUENTIAL = 1_000;
/** The upstream takes so long, so that all are waiting at the same time. */
const SLOW_MS = 300;
const FAILOVER_MS = 400;
const ALL_DEAD_MS = 2_000;

const silent = (): Promise<FakeUpstream> => startFakeUpstream(() => {});
const good = (delayMs = 0): Promise<FakeUpstream> =>
  startFakeUpstream(({ packet, reply }) => void setTimeout(() => reply(answerTo(packet)), delayMs));

function forward(...properties: readonly string[]): string {
  return `.:{{PORT}} {\n  forward . {{UPSTREAMS}} {\n    policy sequential\n    ${properties.join("\n    ")}\n  }\n}\n`;
}

async function withUpstreams<T>(
  contestant: Contestant,
  corefile: string,
  upstreams: readonly FakeUpstream[],
  act: (port: number) => Promise<T>,
): Promise<T> {
  const values = { UPSTREAMS: upstreams.map(({ address }) => address).join(" ") };
  try {
    return await withServer(contestant, { corefile, values }, ({ port }) => act(port));
  } finally {
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  }
}

export const coalescing: Figure = {
  id: "S5",
  what: `upstream queries for ${IDENTICAL} identical ones at once; source ports of ${count(SEQUENTIAL)} queries`,
  goal: "1; at least 990",
  async measure(contestant) {
    const slow = await good(SLOW_MS);
    const identical = await withUpstreams(contestant, forward(), [slow], async (port) => {
      const question = "same.example.test A";
      await Promise.all(Array.from({ length: IDENTICAL }, () => ask(port, question)));
      return slow.received.filter(({ packet }) => packet.includes("same")).length;
    });
    const fast = await good();
    const ports = await withUpstreams(contestant, forward(), [fast], async (port) => {
      for (let i = 0; i < SEQUENTIAL; i++) await ask(port, `n${i}.example.test A`);
      const asked = fast.received.filter(({ packet }) => packet.includes("example"));
      return new Set(asked.map((query) => query.port)).size;
    });
    return {
      text: `${identical}; ${ports}`,
      isMet: identical === 1 && ports >= (SEQUENTIAL * 99) / 100,
    };
  },
};

export const failover: Figure = {
  id: "S8",
  what: "first client's delay with a silent first upstream; with all silent",
  goal: `at most ${FAILOVER_MS} ms, once; at most ${count(ALL_DEAD_MS)} ms`,
  async measure(contestant) {
    const pair = [await silent(), await good()];
    const delays = await withUpstreams(contestant, forward(), pair, async (port) => {
      const found: number[] = [];
      for (let i = 0; i < 6; i++) {
        const { ms, reply } = await ask(port, `n${i}.example.test A`);
        found.push(reply && isAnswered(reply) ? ms : Number.POSITIVE_INFINITY);
      }
      return found;
    });
    const dead = await withUpstreams(
      contestant,
      forward(),
      [await silent(), await silent()],
      (port) => ask(port, "www.example.test A"),
    );
    const slow = delays.filter((ms) => ms > FAILOVER_MS);
    const most = Math.max(...delays);
    return {
      text: `${inMs(most)}${slow.length > 1 ? ` x ${slow.length}` : ""}; ${inMs(dead.ms)}`,
      isMet: slow.length === 0 && dead.reply?.rcode === 2 && dead.ms <= ALL_DEAD_MS + 50,
      note: `six queries in a row: ${delays.map(inMs).join(", ")}`,
    };
  },
};
