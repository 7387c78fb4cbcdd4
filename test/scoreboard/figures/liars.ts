import { createSocket } from "node:dgram";
import type { ReceivedQuery } from "../../../src/testing/fake-upstream.ts";
import { answerTo, emptyReplyTo, startFakeUpstream } from "../../../src/testing/fake-upstream.ts";
import type { Message } from "../../../src/dns/message.ts";
import { formatRecord } from "../../../src/dns/presentation.ts";
import { ask } from "../ask.ts";
import type { Contestant, Figure } from "../figure.ts";
import { withServer } from "../figure.ts";

const RIGHT = "192.0.2.1";
const LIE = "203.0.113.66";
/** The right answer comes so long after the lie. */
const LATER_MS = 60;

interface Liar {
  readonly name: string;
  readonly lie: (query: ReceivedQuery) => void;
}

/** What comes first: each must be passed over for the right answer behind it (RFC 5452 §9.1). */
const LIARS: readonly Liar[] = [
  {
    name: "F01 wrong ID",
    lie: changed((octets) => octets.writeUInt16BE(octets.readUInt16BE(0) ^ 1, 0)),
  },
  { name: "F02 wrong name", lie: changed((octets) => (octets[13] = 0x78)) },
  {
    name: "F03 wrong type",
    lie: changed((octets, end) => octets.writeUInt16BE(16, end)),
  },
  {
    name: "F03 wrong class",
    lie: changed((octets, end) => octets.writeUInt16BE(3, end + 2)),
  },
  { name: "F04 no response", lie: changed((octets) => (octets[2] = (octets[2] ?? 0) & 0x7f)) },
  { name: "F05 from another port", lie: (query) => sendFromElsewhere(query) },
  {
    name: "F06 malformed",
    lie: ({ packet, reply }) => reply(answerTo(packet, LIE).subarray(0, -5)),
  },
  { name: "F06 eleven octets", lie: ({ packet, reply }) => reply(packet.subarray(0, 11)) },
  {
    name: "answer of a question that was not asked",
    lie: ({ packet, reply }) => reply(emptyReplyTo(packet, 0).fill(0, 4, 6).subarray(0, 12)),
  },
];

export const liars: Figure = {
  id: "S4",
  what: "lies of an upstream that the right answer behind them survives",
  goal: "all",
  async measure(contestant) {
    const failed: string[] = [];
    for (const liar of LIARS) if (!(await survives(contestant, liar))) failed.push(liar.name);
    return {
      text: `${LIARS.length - failed.length} of ${LIARS.length}`,
      isMet: failed.length === 0,
      ...(failed.length > 0 ? { note: `not: ${failed.join(", ")}` } : {}),
    };
  },
};

async function survives(contestant: Contestant, { lie }: Liar): Promise<boolean> {
  const upstream = await startFakeUpstream((query) => {
    lie(query);
    setTimeout(() => query.reply(answerTo(query.packet, RIGHT)), LATER_MS);
  });
  const corefile = ".:{{PORT}} {\n  cache 30\n  forward . {{UPSTREAM}}\n}\n";
  const options = { corefile, values: { UPSTREAM: upstream.address } };
  try {
    return await withServer(contestant, options, async ({ port }) => {
      const first = await ask(port, "www.example.test A");
      // From the cache, or not: no lie may be in it.
      const second = await ask(port, "www.example.test A");
      return isRight(first.reply) && isRight(second.reply);
    });
  } finally {
    await upstream.close();
  }
}

function isRight(reply: Message | undefined): boolean {
  const answer = reply?.answer.map(formatRecord) ?? [];
  return reply?.rcode === 0 && answer.length === 1 && (answer[0] ?? "").endsWith(` ${RIGHT}`);
}

/** @param change of an answer; the question's name ends in front of `end` */
function changed(change: (octets: Buffer, end: number) => unknown): (query: ReceivedQuery) => void {
  return ({ packet, reply }) => {
    const octets = answerTo(packet, LIE);
    change(octets, octets.indexOf(0, 12) + 1);
    reply(octets);
  };
}

function sendFromElsewhere({ packet, port, address }: ReceivedQuery): void {
  const socket = createSocket("udp4");
  socket.send(answerTo(packet, LIE), port, address, () => socket.close());
}
