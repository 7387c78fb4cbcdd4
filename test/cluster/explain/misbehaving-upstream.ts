import { Flag } from "../../../src/dns/header.ts";
import type { FakeUpstream, ReceivedQuery } from "../../../src/testing/fake-upstream.ts";
import {
  answerTo,
  emptyReplyTo,
  replyTo,
  startFakeUpstream,
} from "../../../src/testing/fake-upstream.ts";

const SERVFAIL = 2;
const NXDOMAIN = 3;
const REFUSED = 5;
const NOTAUTH = 9;
const A = 1;

type Behaviour = (query: ReceivedQuery, count: number) => void;

/** What it does, by the first label of the name that it is asked for. */
const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  silent: () => undefined,
  servfail: ({ packet, reply }) => reply(emptyReplyTo(packet, SERVFAIL)),
  refuses: ({ packet, reply }) => reply(emptyReplyTo(packet, REFUSED)),
  lame: ({ packet, reply }) => reply(emptyReplyTo(packet, NOTAUTH)),
  stray({ packet, reply }) {
    const octets = answerTo(packet);
    octets.write("x", 13);
    reply(octets);
  },
  other: ({ packet, reply }) =>
    reply(replyTo(packet, { answer: ["other.test. 60 IN A 192.0.2.9"] })),
  long({ packet, reply, transport, connection }) {
    if (transport === "udp") reply(emptyReplyTo(packet, 0, Flag.TC));
    else connection?.destroy();
  },
  slow({ packet, reply }, count) {
    // To each question asked once more.
    if (count % 2 === 0) reply(answerTo(packet));
  },
  half: ({ packet, reply }) =>
    reply(typeIn(packet) === A ? answerTo(packet) : emptyReplyTo(packet, SERVFAIL)),
  dangling: ({ packet, reply }) =>
    reply(
      replyTo(packet, {
        rcode: NXDOMAIN,
        answer: ["dangling.odd.test. 60 IN CNAME gone.outside.test."],
        authority: [". 60 IN SOA ns. host. 1 2 3 4 5"],
      }),
    ),
  apart: ({ packet, reply }) =>
    reply(replyTo(packet, { answer: ["apart.odd.test. 60 IN CNAME there.outside.test."] })),
};

/** An upstream that does wrong what its name says: `slow.odd.test`. */
export function startMisbehavingUpstream(): Promise<FakeUpstream> {
  const counts = new Map<string, number>();
  return startFakeUpstream((query) => {
    const { packet } = query;
    const label = packet.toString("latin1", 13, 13 + packet.readUInt8(12)).toLowerCase();
    const key = `${label} ${typeIn(packet)}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    BEHAVIOURS[label]?.(query, count);
  });
}

function typeIn(packet: Buffer): number {
  return packet.readUInt16BE(packet.indexOf(0, 12) + 1);
}
