import { afterEach, describe, expect, it } from "vitest";
import { Flag } from "../dns/header.ts";
import type { ReceivedQuery } from "../testing/fake-upstream.ts";
import {
  answerTo,
  emptyReplyTo,
  replyTo,
  startFakeUpstream,
  withExtendedError,
} from "../testing/fake-upstream.ts";
import { ExplainBench } from "./explain-bench.cases.ts";
import type { Explanation } from "./explanation.ts";

const REFUSED = 5;
const SERVFAIL = 2;
const NOTAUTH = 9;
const NS = "example.org. 60 IN NS ns.example.org.";
const SOA = "example.org. 60 IN SOA ns.example.org. host.example.org. 1 2 3 4 30";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

/** An upstream that does this, and what is said of a name that is forwarded to it. */
async function explainBehind(
  answer: (query: ReceivedQuery) => void,
  type?: string,
  options = "",
): Promise<Explanation & { readonly upstream: string }> {
  const upstream = await startFakeUpstream(answer);
  const text = `.:53 {\n forward . ${upstream.address} {\n max_fails 0\n ${options}\n }\n}`;
  const bench = await ExplainBench.open(text, "");
  opened.push(upstream, bench);
  const explanation = await bench.explain({ name: "www.example.org.", type });
  return { ...explanation, upstream: upstream.address };
}

/** The type of a question. */
function typeIn(packet: Buffer): number {
  return packet.readUInt16BE(packet.indexOf(0, 12) + 1);
}

describe("an upstream that gives no answer is said to", () => {
  it("refuse", async () => {
    const { verdict, upstream } = await explainBehind(({ packet, reply }) => {
      reply(emptyReplyTo(packet, REFUSED));
    });
    expect(verdict.code).toBe("upstream-refuses");
    expect(verdict.sentence).toBe(
      `"www.example.org." cannot be resolved: upstream ${upstream} refuses it`,
    );
    expect(verdict.next[0]?.command).toBe(`portolan query www.example.org. @${upstream}`);
  });

  it("fail, for the reason that it gives", async () => {
    const { verdict, upstream } = await explainBehind(({ packet, reply }) => {
      reply(
        withExtendedError(emptyReplyTo(packet, SERVFAIL), 6, "signature of example.org is bad"),
      );
    });
    expect(verdict.code).toBe("upstream-servfail");
    expect(verdict.sentence).toBe(
      `"www.example.org." cannot be resolved: upstream ${upstream} says SERVFAIL: DNSSEC Bogus (signature of example.org is bad)`,
    );
  });

  it("fail without a reason", async () => {
    const { verdict } = await explainBehind(({ packet, reply }) => {
      reply(emptyReplyTo(packet, SERVFAIL));
    });
    expect(verdict.sentence).toMatch(/says SERVFAIL, and does not say why$/);
  });

  it.each([
    ["a referral", 0, [NS], "it only says whom to ask"],
    ["NOTAUTH", NOTAUTH, [], "says NOTAUTH"],
  ])("be lame: %s", async (_what, rcode, authority, said) => {
    const { verdict } = await explainBehind(({ packet, reply }) => {
      reply(replyTo(packet, { rcode, authority }));
    });
    expect(verdict.code).toBe("upstream-lame");
    expect(verdict.sentence).toContain(said);
  });

  it("be lame: nothing, and no recursion", async () => {
    const { verdict } = await explainBehind(({ packet, reply }) => {
      const octets = emptyReplyTo(packet, 0);
      octets.writeUInt16BE(octets.readUInt16BE(2) & ~Flag.RA, 2);
      reply(octets);
    });
    expect(verdict.code).toBe("upstream-lame");
    expect(verdict.sentence).toMatch(/its reply is empty$/);
  });

  it("answer other questions, which may be forged", async () => {
    const { verdict } = await explainBehind(({ packet, reply }) => {
      const octets = answerTo(packet, "192.0.2.66");
      octets.write("x", 13);
      reply(octets);
    });
    expect(verdict.code).toBe("upstream-answers-otherwise");
    expect(verdict.evidence[0]).toMatch(/^\d such messages came, which are not looked at/);
  });

  it("answer with records of other names", async () => {
    const { verdict } = await explainBehind(({ packet, reply }) => {
      reply(replyTo(packet, { answer: ["other.example.org. 60 IN A 192.0.2.9"] }));
    }, "A");
    expect(verdict.code).toBe("answers-other-names");
  });
});

it("a denial is no fault of the upstream's", async () => {
  const { verdict } = await explainBehind(({ packet, reply }) => {
    reply(replyTo(packet, { rcode: 3, flags: Flag.AA, authority: [SOA] }));
  });
  expect(verdict.code).toBe("no-such-name-outside");
  expect(verdict.unseen.map(({ why }) => why).join()).toContain(
    "may keep the denial for up to 30 s after all is mended",
  );
});

it("an upstream that is this server itself goes in a circle", async () => {
  // Nobody listens there in the test.
  const bench = await ExplainBench.open(".:1 {\n forward . 127.0.0.1:1\n}", "");
  opened.push(bench);
  const { verdict } = await bench.explain({ name: "www.example.org." });
  expect(verdict.code).toBe("upstream-is-this-server");
  expect(verdict.sentence).toContain("it is forwarded to 127.0.0.1:1, which is this server itself");
});

describe("a reply that is cut short is asked for by TCP", () => {
  const cut = ({ packet, reply, transport, connection }: ReceivedQuery): void => {
    if (transport === "udp") reply(emptyReplyTo(packet, 0, Flag.TC));
    else connection?.destroy();
  };

  it.each(["", "prefer_udp"])("in vain: %s", async (options) => {
    const { verdict } = await explainBehind(cut, "A", options);
    expect(verdict.code).toBe("truncated-and-no-tcp");
    expect(verdict.sentence).toMatch(
      /the answer is too long for UDP, and upstream .* does not answer by TCP/,
    );
  });

  it("and all is well if that is answered", async () => {
    const { verdict, lookups } = await explainBehind((query) => {
      if (query.transport === "udp") cut(query);
      else query.reply(answerTo(query.packet, "192.0.2.7"));
    }, "A");
    expect(verdict.code).toBe("well");
    expect(lookups[0]?.answers[0]?.wasTruncated).toBe(true);
  });
});

it("an answer that comes when the question is asked again is slow", async () => {
  const asked = new Map<number, number>();
  const { verdict, upstream } = await explainBehind(({ packet, reply }) => {
    const type = typeIn(packet);
    asked.set(type, (asked.get(type) ?? 0) + 1);
    if (asked.get(type) === 2) reply(answerTo(packet, "192.0.2.7"));
  }, "A");
  expect(verdict.level).toBe("warning");
  expect(verdict.code).toBe("upstream-slow");
  expect(verdict.sentence).toMatch(
    new RegExp(`^"www.example.org." resolves, but slowly: upstream ${upstream} took \\d+ ms$`),
  );
});

describe("of two families", () => {
  it("one that is not there is no fault", async () => {
    const { verdict } = await explainBehind(({ packet, reply }) => {
      const isA = typeIn(packet) === 1;
      reply(isA ? answerTo(packet, "192.0.2.7") : replyTo(packet, { authority: [SOA] }));
    });
    expect(verdict.code).toBe("well");
  });

  it("an empty reply for one of them, which few forwarders do better, is none either", async () => {
    const { verdict } = await explainBehind(({ packet, reply }) => {
      reply(typeIn(packet) === 1 ? answerTo(packet, "192.0.2.7") : emptyReplyTo(packet, 0));
    });
    expect(verdict.code).toBe("well");
  });

  it("one that fails is a warning", async () => {
    const { verdict } = await explainBehind(({ packet, reply }) => {
      reply(typeIn(packet) === 1 ? answerTo(packet, "192.0.2.7") : emptyReplyTo(packet, SERVFAIL));
    });
    expect(verdict).toMatchObject({ code: "other-family-fails", level: "warning" });
    expect(verdict.sentence).toBe(
      '"www.example.org." has A records, but the question for AAAA ends with SERVFAIL',
    );
  });
});
