import type { FakeUpstream, ReceivedQuery } from "../../src/testing/fake-upstream.ts";
import { answerTo, startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { query } from "../conformance/query-packet.ts";
import { checkReply } from "./check-reply.ts";
import type { FuzzBench } from "./fuzz-bench.ts";
import { openBench } from "./fuzz-bench.ts";
import { mutatedResponse } from "./mutate-packet.ts";
import { clientOf } from "./packets.ts";
import { Random } from "./random.ts";
import type { FuzzResult, FuzzTarget } from "./target.ts";
import { cpuMs, hold } from "./target.ts";

/** What an upstream says, before it says what is right: `forward` and `cache` over real sockets. */
export const responses: FuzzTarget = {
  name: "responses",
  cases: 1_000,
  // With all that the upstream and its sockets take.
  limitMs: 30,
  async open() {
    const answers: { random: Random } = { random: new Random(0) };
    const upstream = await startFakeUpstream((received) => answer(received, answers.random));
    const bench = await openBench(FORWARD.replace("UPSTREAM", upstream.address));
    return {
      run: (random) => {
        answers.random = new Random(random.u32());
        return run(bench, random);
      },
      close: () => close(bench, upstream),
    };
  },
};

const FORWARD = `fwd.test:{{PORT}} {
  bind 127.0.0.1
  errors
  cache 30
  forward . UPSTREAM
}
`;
const MAX_TTL_SECONDS = 3_600;
/** Some replies may be lost or refused; then there is an answer all the same, that there is none. */
const PATIENCE_MS = 60_000;

/** Up to three that are made up, and then the right one. */
function answer({ packet, reply, transport }: ReceivedQuery, random: Random): void {
  for (let i = random.below(4); i > 0; i--) {
    const octets = mutatedResponse(packet, random);
    // A message of a stream has a header, or the connection ends.
    if (transport === "udp" || octets.length >= 12) reply(octets);
  }
  reply(answerTo(packet));
}

async function run(bench: FuzzBench, random: Random): Promise<FuzzResult> {
  const isStream = random.oneIn(4);
  const type = random.pick(["A", "AAAA", "TXT", "SRV", "ANY", "65280"]);
  const opt = random.oneIn(2) ? { opt: { payloadSize: 1232 } } : {};
  const sent = query(`n${random.u32()}.fwd.test. ${type}`, opt);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const timer = setTimeout(() => reject(new Error("was not answered")), PATIENCE_MS);
  const beganMs = cpuMs();
  bench.dispatcher.receive(Buffer.from(sent), clientOf(isStream ? "tcp" : "udp", resolve));
  const reply = await promise;
  clearTimeout(timer);
  const ms = cpuMs() - beganMs;
  hold(reply !== undefined, "was dropped", sent);
  if (!reply) return { outcome: "silence", ms };
  const outcome = checkReply(sent, reply, { isStream, isForwarded: true });
  const ttls = parseMessage(reply)?.answer.map(({ ttlSeconds }) => ttlSeconds) ?? [];
  hold(Math.max(0, ...ttls) <= MAX_TTL_SECONDS, `has TTLs ${ttls.join()}`, sent);
  return { outcome, ms };
}

async function close(bench: FuzzBench, upstream: FakeUpstream): Promise<void> {
  const waiting = bench.inFlight();
  await bench.close();
  await upstream.close();
  hold(waiting === 0, `${waiting} queries are in flight at the end`, "");
}
