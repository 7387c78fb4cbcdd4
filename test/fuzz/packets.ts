import type { Client, TransportName } from "../../src/transport/client.ts";
import { checkReply, isQuery } from "./check-reply.ts";
import type { FuzzBench } from "./fuzz-bench.ts";
import { openHouseSession } from "./bench-session.ts";
import { mutatedPacket } from "./mutate-packet.ts";
import type { Random } from "./random.ts";
import type { FuzzResult, FuzzTarget } from "./target.ts";
import { hold, timed } from "./target.ts";

/** Packets as they come by UDP, or one by one out of a stream, through the whole server. */
export const packets: FuzzTarget = {
  name: "packets",
  cases: 100_000,
  limitMs: 5,
  open: () => openHouseSession(run),
};

/** The answer table takes a reply in when it is made the second time, and gives it the third. */
const TIMES = 3;

function run(bench: FuzzBench, random: Random): FuzzResult {
  const transport = random.oneIn(4) ? "tcp" : "udp";
  const sent = mutatedPacket(random);
  const messages = random.oneIn(3) ? TIMES : 1;
  let [ms, outcome] = [0, ""];
  for (let i = 0; i < messages; i++) {
    const replies: (Buffer | undefined)[] = [];
    const client = clientOf(transport, (reply) => replies.push(reply));
    const packet = Buffer.from(sent);
    ms = Math.max(
      ms,
      timed(sent, () => bench.dispatcher.receive(packet, client)),
    );
    outcome = check(sent, replies, transport === "tcp");
  }
  return { outcome, ms, messages };
}

function check(sent: Buffer, replies: readonly (Buffer | undefined)[], isStream: boolean): string {
  hold(replies.length === 1, `was answered ${replies.length} times`, sent);
  const [reply] = replies;
  hold((reply !== undefined) === isQuery(sent), reply ? "was answered" : "was not answered", sent);
  return reply ? checkReply(sent, reply, { isStream }) : "silence";
}

export function clientOf(
  transport: TransportName,
  done: (reply: Buffer | undefined) => void,
): Client {
  return {
    transport,
    address: "127.0.0.1",
    port: 4711,
    localAddress: "127.0.0.1",
    localPort: 53,
    maxReplyOctets: transport === "udp" ? 1232 : 65_535,
    keepaliveMs: transport === "udp" ? 0 : 10_000,
    send: done,
    drop: () => done(undefined),
  };
}
