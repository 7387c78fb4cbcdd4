import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EdnsOption } from "../../dns/edns.ts";
import {
  clientSubnetOption,
  extendedErrorOption,
  nsidOption,
  paddingOption,
} from "../../dns/edns.ts";
import { Flag } from "../../dns/header.ts";
import { parseMessage } from "../../dns/message.ts";
import { Metrics } from "../../observe/metrics.ts";
import { failureReply } from "../../server/pipeline/chain.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { MetadataTable } from "../../server/contract/metadata.ts";
import type { Instance, Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outcome, Reply } from "../../server/contract/reply.ts";
import { testContext } from "../../testing/context.ts";
import type { Dns2Answer, Dns2Upstream } from "../../testing/dns2-upstream.ts";
import { startDns2Upstream } from "../../testing/dns2-upstream.ts";
import type { FakeUpstream, ReceivedQuery } from "../../testing/fake-upstream.ts";
import { answerTo, emptyReplyTo, replyTo, startFakeUpstream } from "../../testing/fake-upstream.ts";
import { passFor, passUntil, settle, stopTime } from "../../testing/hand-clock.ts";
import { ask, passedOn, sections, testQuery } from "../../testing/query.ts";
import { parseCorefile } from "../../corefile/corefile.ts";
import { until } from "../../testing/until.ts";
import { serverTls } from "../../testing/upstream-bench.ts";
import { forward } from "./index.ts";
import type { ForwardOptions } from "./parse.ts";

const endings: (() => unknown)[] = [];
beforeEach(stopTime);
afterEach(async () => {
  vi.useRealTimers();
  for (const end of endings.splice(0).toReversed()) await end();
});

/** Starts the `forward` directives of a server block. */
async function start(
  body: string,
  root = "",
  metadata: MetadataTable = {},
): Promise<{ instance: Instance; metrics: Metrics }> {
  const [block] = parseCorefile(`. {\n${body}\n}\n`, "Corefile");
  const parsed = block?.directives.map((directive) => forward.parse(directive)) ?? [];
  const options = forward.merge?.(parsed) as readonly ForwardOptions[];
  const metrics = new Metrics();
  const context = testContext({ directive: body, settings: { root }, metrics, metadata });
  const instance = forward.create?.(options, context) as Instance;
  endings.push(() => instance.stop?.());
  await instance.start?.();
  return { instance, metrics };
}

async function dns2(answer: (name: string, type: number) => Dns2Answer): Promise<Dns2Upstream> {
  const upstream = await startDns2Upstream(answer);
  endings.push(upstream.close);
  return upstream;
}

async function fake(answer: (query: ReceivedQuery) => void): Promise<FakeUpstream> {
  const upstream = await startFakeUpstream(answer);
  endings.push(upstream.close);
  return upstream;
}

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const upstream = await startFakeUpstream(() => {});
  await upstream.close();
  return upstream.address;
}

/** The reply, or what the server would make of the failure. */
async function outcome(instance: Instance, query: Query, next: Next = passedOn): Promise<Outcome> {
  try {
    return (await instance.serve?.(query, next)) ?? next(query);
  } catch (failure) {
    return failureReply(failure);
  }
}

/** `NOERROR 192.0.2.1`, `SERVFAIL`: response code and addresses. */
async function say(instance: Instance, name: string, query?: Query): Promise<string> {
  const { rcode, answer } = sections(await outcome(instance, query ?? testQuery(name)));
  return [rcode, ...answer.map((line) => line.split(" ").at(-1))].join(" ");
}

/** As {@link say}, where that takes time. */
async function sayInTime(instance: Instance, name: string): Promise<string> {
  return (await passFor(say(instance, name))).value;
}

const echo = ({ packet, reply }: ReceivedQuery): void => reply(answerTo(packet));
/** Not before all who ask at the same time have asked. */
const echoLater = (query: ReceivedQuery): void => void settle().then(() => echo(query));
const silence = (): void => {};

describe("which names are forwarded", () => {
  it.each([
    ["forward . UP", "www.example.org.", true],
    ["forward example.org UP", "www.Example.ORG.", true],
    ["forward example.org UP", "www.example.net.", false],
    ["forward example.org UP", "badexample.org.", false],
    ["forward . UP {\nexcept example.org\n}", "www.example.org.", false],
    ["forward . UP {\nexcept example.org\n}", "www.example.net.", true],
    // The zone itself is forwarded even if it is excepted, as CoreDNS does.
    ["forward example.org UP {\nexcept example.org\n}", "example.org.", true],
    ["forward example.org UP {\nexcept example.org\n}", "www.example.org.", false],
    ["forward 10.0.0.0/15 UP", "7.0.1.10.in-addr.arpa.", true],
    ["forward 10.0.0.0/15 UP", "7.0.2.10.in-addr.arpa.", false],
  ])("%s: %s is %s", async (body, name, isForwarded) => {
    const { address } = await dns2(() => ["192.0.2.1"]);
    const { instance } = await start(body.replace("UP", address));
    const { rcode } = await ask(instance, testQuery(name));
    expect(rcode).toBe(isForwarded ? "NOERROR" : "BADTRUNC");
  });

  it("goes through several forwards in the order of the file", async () => {
    const [inner, outer] = [await dns2(() => ["192.0.2.1"]), await dns2(() => ["192.0.2.2"])];
    const { instance } = await start(
      `forward lab.example.org ${inner.address}\nforward example.org ${outer.address}`,
    );
    expect(await say(instance, "a.lab.example.org.")).toBe("NOERROR 192.0.2.1");
    expect(await say(instance, "a.example.org.")).toBe("NOERROR 192.0.2.2");
    expect(await say(instance, "a.example.net.")).toBe("BADTRUNC");
  });
});

describe("the metadata forward/upstream", () => {
  const asked: MetadataTable = { "forward/upstream": () => "" };

  it("is who has answered, for all who share the answer", async () => {
    const [failing, good] = [
      await fake(({ packet, reply }) => reply(emptyReplyTo(packet, Rcode.SERVFAIL))),
      await fake(echoLater),
    ];
    const { instance } = await start(
      `forward . ${failing.address} ${good.address} {\npolicy sequential\nfailover SERVFAIL\n}`,
      "",
      asked,
    );
    const queries = [testQuery("a.test."), testQuery("a.test.")];
    await Promise.all(queries.map((query) => outcome(instance, query)));
    const upstreams = queries.map((query) => instance.metadata?.["forward/upstream"]?.(query, ""));
    expect(upstreams).toEqual([good.address, good.address]);
  });

  it("is who was asked last where nobody answers, and is not kept where nobody asks", async () => {
    const gone = await nobody();
    const { instance } = await start(
      `forward . ${gone} {\nfailfast_all_unhealthy_upstreams\n}`,
      "",
      asked,
    );
    const query = testQuery("a.test.");
    await passFor(outcome(instance, query));
    expect(query.noteOf("forward/upstream")).toBe(gone);
    const upstream = await fake(echo);
    const plain = await start(`forward . ${upstream.address}`);
    const unasked = testQuery("a.test.");
    await outcome(plain.instance, unasked);
    expect(plain.instance.metadata?.["forward/upstream"]?.(unasked, "")).toBe("");
  });
});

describe("the request", () => {
  it("has the client's question, RD, AD and CD, and no OPT if the client sent none", async () => {
    const upstream = await fake(echo);
    const { instance } = await start(`forward . ${upstream.address}`);
    for (const flags of [0, Flag.RD, Flag.RD | Flag.CD | Flag.AD]) {
      await outcome(instance, testQuery("WWW.example.org.", "AAAA", { flags }));
    }
    const asked = upstream.received.map(({ packet }) => parseMessage(packet));
    expect(asked.map((message) => message?.flags)).toEqual([0, 0x0100, 0x0130]);
    for (const message of asked) {
      expect(message).toMatchObject({ edns: undefined, question: [{ qtype: 28, qclass: 1 }] });
      expect(message?.question[0]?.qname.toString()).toBe("WWW.example.org.");
    }
  });

  const subnet = clientSubnetOption({
    family: 1,
    sourcePrefixLength: 24,
    scopePrefixLength: 0,
    address: Buffer.from([192, 0, 2]),
  });
  const local: EdnsOption = { code: 65_001, data: Buffer.from("local") };

  it("passes no EDNS option on: whoever asks the same gets the same reply", async () => {
    const upstream = await fake(echo);
    const { instance } = await start(`forward . ${upstream.address}`);
    const cookie = { code: 10, data: Buffer.alloc(8, 1) };
    const keepalive = { code: 11, data: Buffer.alloc(0) };
    const options = [nsidOption(""), subnet, cookie, keepalive, paddingOption(4), local];
    await outcome(instance, testQuery("a.test.", "A", { do: true, payloadSize: 4096, options }));
    const edns = parseMessage(upstream.received[0]?.packet as Buffer)?.edns;
    expect(edns).toMatchObject({ payloadSize: 1232, dnssecOk: true, options: [] });
  });
});

describe("the reply", () => {
  it("has the upstream's code, AA, RA and AD, sections and TTLs", async () => {
    const upstream = await fake(({ packet, reply }) => {
      const answer = answerTo(packet, "192.0.2.7", 0);
      answer.writeUInt16BE(0x8080 | Flag.AA | Flag.AD | Flag.RD, 2);
      reply(answer);
    });
    const { instance } = await start(`forward . ${upstream.address}`);
    expect(await ask(instance, testQuery("a.test."))).toEqual({
      rcode: "NOERROR",
      flags: "AA RA AD",
      answer: ["a.test. 0 IN A 192.0.2.7"],
      authority: [],
      additional: [],
    });
  });

  it.each([2, 3, 5])("passes response code %d on without asking anybody else", async (rcode) => {
    const [one, other] = [await dns2(() => ({ rcode })), await dns2(() => ["192.0.2.1"])];
    const { instance } = await start(
      `forward . ${one.address} ${other.address} {\npolicy sequential\n}`,
    );
    expect(await outcome(instance, testQuery("a.test."))).toMatchObject({ rcode, answer: [] });
    expect(other.questions).toEqual([]);
  });

  it("keeps Extended DNS Errors, and drops all other options", async () => {
    const blocked = extendedErrorOption(15, "blocked");
    const upstream = await fake(({ packet, reply }) => {
      const opt = Buffer.concat([blocked, nsidOption("up")].map(optionOctets));
      const head = Buffer.from([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, opt.length]);
      const answer = Buffer.concat([emptyReplyTo(packet, 3), head, opt]);
      answer.writeUInt16BE(1, 10);
      reply(answer);
    });
    const { instance } = await start(`forward . ${upstream.address}`);
    const reply = await outcome(instance, testQuery("a.test.", "A", { edns: true }));
    expect(reply).toMatchObject({ rcode: 3, options: [blocked] });
  });

  it.each([
    [
      ["evil.test. 60 IN A 192.0.2.66", "a.test. 60 IN A 192.0.2.1", "a.test. 60 CH A 192.0.2.66"],
      ["a.test. 60 IN A 192.0.2.1"],
    ],
    [
      ["c.test. 60 IN A 192.0.2.1", "A.test. 50 IN CNAME b.test.", "b.test. 40 IN CNAME c.test."],
      ["c.test. 60 IN A 192.0.2.1", "A.test. 50 IN CNAME b.test.", "b.test. 40 IN CNAME c.test."],
    ],
    [
      [
        "test. 60 IN DNAME c.test.",
        "a.test. 60 IN CNAME a.c.test.",
        "a.c.test. 60 IN A 192.0.2.1",
        "test. 60 IN A 192.0.2.66",
      ],
      ["test. 60 IN DNAME c.test.", "a.test. 60 IN CNAME a.c.test.", "a.c.test. 60 IN A 192.0.2.1"],
    ],
    [
      [
        "A.b.TEST. 60 IN A 192.0.2.1",
        "a.TEST. 60 IN CNAME a.B.test.",
        "x.test. 60 IN A 192.0.2.66",
      ],
      ["A.b.TEST. 60 IN A 192.0.2.1", "a.TEST. 60 IN CNAME a.B.test."],
    ],
    [
      ["a.test. 60 IN A 192.0.2.1", "a.test. 30 IN A 192.0.2.2", 'a.test. 90 IN TXT "t"'],
      ["a.test. 30 IN A 192.0.2.1", "a.test. 30 IN A 192.0.2.2", 'a.test. 90 IN TXT "t"'],
    ],
  ])("of %j has %j", async (sent, passed) => {
    const upstream = await fake(({ packet, reply }) => reply(replyTo(packet, { answer: sent })));
    const { instance } = await start(`forward . ${upstream.address}`);
    expect((await ask(instance, testQuery("a.test."))).answer).toEqual(passed);
  });

  it.each([
    ["a name that was rewritten", ["b.test. 60 IN A 192.0.2.1"]],
    ["an alias that was rewritten", ["b.test. 60 IN CNAME c.test.", "c.test. 60 IN A 192.0.2.1"]],
    ["a target that was rewritten", ["a.test. 60 IN CNAME b.test.", "c.test. 60 IN A 192.0.2.1"]],
    [
      "two aliases",
      [
        "a.test. 60 IN CNAME b.test.",
        "a.test. 60 IN CNAME c.test.",
        "b.test. 60 IN A 192.0.2.1",
        "c.test. 60 IN A 192.0.2.2",
      ],
    ],
    ["a DNAME alone", ["test. 60 IN DNAME b.test2.", "a.b.test2. 60 IN A 192.0.2.1"]],
    [
      "a circle",
      ["a.test. 60 IN CNAME b.test.", "b.test. 60 IN CNAME a.test.", "x.test. 60 IN A 192.0.2.1"],
    ],
    ["another class", ["a.test. 60 CH A 192.0.2.1"]],
    ["another type", ['b.test. 60 IN TXT "t"']],
  ])("is passed on whole where nothing in it answers the question: %s", async (_what, answer) => {
    const upstream = await fake(({ packet, reply }) => reply(replyTo(packet, { answer })));
    const { instance } = await start(`forward . ${upstream.address}`);
    expect(await ask(instance, testQuery("a.test."))).toMatchObject({ rcode: "NOERROR", answer });
  });

  it("goes to each of a hundred who ask the same at once, for one query upstream", async () => {
    const upstream = await fake(echoLater);
    const { instance } = await start(`forward . ${upstream.address}`);
    const names = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? "a.test." : "A.TEST."));
    const said = await Promise.all(names.map((name) => say(instance, name)));
    expect(new Set(said)).toEqual(new Set(["NOERROR 192.0.2.1"]));
    expect(upstream.received).toHaveLength(1);
    await say(instance, "a.test.");
    expect(upstream.received).toHaveLength(2);
  });

  it("is not shared by those who ask with other flags or EDNS", async () => {
    const upstream = await fake(echoLater);
    const { instance } = await start(`forward . ${upstream.address}`);
    const variants = [{}, { flags: 0 }, { flags: 0x0110 }, { edns: true }, { do: true }];
    const queries = variants.map((variant) => testQuery("a.test.", "A", variant));
    await Promise.all(queries.map((query) => outcome(instance, query)));
    expect(upstream.received).toHaveLength(5);
  });

  it("is a new one for each, so that editing one leaves the others alone", async () => {
    const upstream = await fake(echoLater);
    const { instance } = await start(`forward . ${upstream.address}`);
    const [one, other] = await Promise.all([
      outcome(instance, testQuery("a.test.")),
      outcome(instance, testQuery("a.test.")),
    ]);
    expect(one).toEqual(other);
    expect(one).not.toBe(other);
  });
});

function optionOctets({ code, data }: EdnsOption): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(code, 0);
  head.writeUInt16BE(data.length, 2);
  return Buffer.concat([head, data]);
}

describe("UDP and TCP", () => {
  const many = Array.from({ length: 60 }, (_, i) => `192.0.2.${i}`);

  it.each([
    ["", "udp", ["udp"]],
    ["", "tcp", ["tcp"]],
    ["", "tls", ["tcp"]],
    ["force_tcp", "udp", ["tcp"]],
    ["prefer_udp", "tcp", ["udp"]],
    ["prefer_udp\nforce_tcp", "udp", ["tcp"]],
  ] as const)("with %j a query by %s goes by %s", async (property, transport, expected) => {
    const upstream = await dns2(() => ["192.0.2.1"]);
    const { instance } = await start(`forward . ${upstream.address} {\n${property}\n}`);
    expect(await say(instance, "", testQuery("a.test.", "A", { transport }))).toBe(
      "NOERROR 192.0.2.1",
    );
    expect(upstream.questions.map((question) => question.split(" ")[0])).toEqual(expected);
  });

  it("passes TC on: the client asks again by TCP, and so do we", async () => {
    const upstream = await dns2(() => many);
    const { instance } = await start(`forward . ${upstream.address}`);
    const overUdp = await ask(instance, testQuery("a.test."));
    expect(overUdp).toMatchObject({ flags: expect.stringContaining("TC"), answer: [] });
    const overTcp = await ask(instance, testQuery("a.test.", "A", { transport: "tcp" }));
    expect(overTcp.answer).toHaveLength(60);
    expect(upstream.questions).toEqual(["udp a.test 1", "tcp a.test 1"]);
  });

  it("asks again by TCP itself with prefer_udp", async () => {
    const upstream = await dns2(() => many);
    const { instance } = await start(`forward . ${upstream.address} {\nprefer_udp\n}`);
    const reply = await ask(instance, testQuery("a.test.", "A", { transport: "tcp" }));
    expect(reply.answer).toHaveLength(60);
    expect(upstream.questions).toEqual(["udp a.test 1", "tcp a.test 1"]);
  });
});

describe("when an upstream fails", () => {
  it("asks the next one", async () => {
    const up = await dns2(() => ["192.0.2.1"]);
    const { instance } = await start(
      `forward . ${await nobody()} ${up.address} {\npolicy sequential\n}`,
    );
    for (let i = 0; i < 5; i++)
      expect(await say(instance, `n${i}.test.`)).toBe("NOERROR 192.0.2.1");
  });

  it("says SERVFAIL with a reason when nobody answers", async () => {
    const { instance } = await start(`forward . ${await nobody()}`);
    const query = testQuery("a.test.", "A", { edns: true });
    const serve = async (): Promise<unknown> => instance.serve?.(query, passedOn);
    await expect(serve()).rejects.toMatchObject({
      rcode: 2,
      message: expect.stringMatching(/^Cannot forward to udp 127.0.0.1:\d+: connection refused$/),
      extendedError: { code: 15, data: expect.objectContaining({ 1: 23 }) },
    });
  });

  it("says so when they are silent, after two attempts with each", async () => {
    const upstream = await fake(silence);
    const { instance } = await start(`forward . ${upstream.address} {\nread_timeout 50ms\n}`);
    const serve = async (): Promise<unknown> => instance.serve?.(testQuery("a.test."), passedOn);
    await expect(passFor(serve())).rejects.toMatchObject({
      rcode: 2,
      message: expect.stringMatching(/: i\/o timeout$/),
      extendedError: { code: 15, data: expect.objectContaining({ 1: 22 }) },
    });
    expect(upstream.received.filter(({ packet }) => packet.includes("test"))).toHaveLength(2);
  });

  it("asks the second one early if the first is silent, and the first one last from then on", async () => {
    const dead = await fake(silence);
    const up = await dns2(() => ["192.0.2.1"]);
    const { instance } = await start(
      `forward . ${dead.address} ${up.address} {\npolicy sequential\n}`,
    );
    const asked = say(instance, "a.test.");
    await until(() => dead.received.length > 0);
    // Moved no further than until the second one has been asked; its reply takes no time.
    expect(await passUntil(() => up.questions.length > 0)).toBeLessThan(1500);
    expect(await asked).toBe("NOERROR 192.0.2.1");
    for (let i = 0; i < 20; i++)
      expect(await say(instance, `n${i}.test.`)).toBe("NOERROR 192.0.2.1");
    expect(dead.received.filter(({ packet }) => packet.includes("test"))).toHaveLength(1);
  });

  it("takes the reply of the first one, though the second has been asked", async () => {
    const held: ReceivedQuery[] = [];
    const slow = await fake((query) => held.push(query));
    const dead = await fake(silence);
    const answerHeld = (): void => {
      for (const { packet, reply } of held.splice(0)) reply(answerTo(packet, "192.0.2.7"));
    };
    const { instance } = await start(
      `forward . ${slow.address} ${dead.address} {\npolicy sequential\n}`,
    );
    const asked = say(instance, "a.test.");
    await until(() => held.length > 0);
    await passUntil(() => dead.received.length > 0);
    answerHeld();
    expect(await asked).toBe("NOERROR 192.0.2.7");
    // It has replied, and so is first again; the other one has not.
    const next = say(instance, "b.test.");
    await until(() => held.length > 0);
    answerHeld();
    expect(await next).toBe("NOERROR 192.0.2.7");
    expect(slow.received.filter(({ packet }) => packet.includes("test"))).toHaveLength(2);
  });

  it.each(["SILENT", "SILENT SILENT", "SILENT REFUSING REFUSING", "REFUSING SILENT"])(
    "says SERVFAIL within two seconds with %s",
    async (to) => {
      const silent = await fake(silence);
      const refusing = await nobody();
      const addresses = to.replaceAll("SILENT", silent.address).replaceAll("REFUSING", refusing);
      const { instance } = await start(`forward . ${addresses}`);
      const asked = outcome(instance, testQuery("a.test.", "A", { edns: true }));
      const { value: reply, ms } = await passFor(asked);
      expect(ms).toBeLessThan(2000);
      expect(reply).toMatchObject({ rcode: 2, options: [{ code: 15 }] });
      expect([22, 23]).toContain((reply as Reply).options[0]?.data[1]);
    },
  );

  it("asks a single one again, lest a datagram was lost", async () => {
    const upstream = await fake(({ packet, reply }) => {
      if (upstream.received.length > 1) reply(answerTo(packet));
    });
    const { instance } = await start(`forward . ${upstream.address}`);
    expect(await sayInTime(instance, "a.test.")).toBe("NOERROR 192.0.2.1");
    expect(new Set(upstream.received.map(({ id, port }) => `${id} ${port}`)).size).toBe(2);
  });

  it("stops after max_connect_attempts", async () => {
    const upstream = await fake(silence);
    const { instance } = await start(
      `forward . ${upstream.address} {\nread_timeout 50ms\nmax_connect_attempts 3\nmax_fails 0\n}`,
    );
    expect(await sayInTime(instance, "a.test.")).toBe("SERVFAIL");
    expect(upstream.received).toHaveLength(3);
  });

  it("does not call it down for what liars send", async () => {
    const upstream = await fake(({ packet, reply }) => {
      const lie = answerTo(packet, "192.0.2.66");
      lie.writeUInt8(0x78, 13);
      reply(lie);
      reply(Buffer.concat([packet.subarray(0, 2), Buffer.alloc(20, 0xff)]));
      void settle().then(() => reply(answerTo(packet)));
    });
    const { instance, metrics } = await start(`forward . ${upstream.address} {\nmax_fails 1\n}`);
    for (let i = 0; i < 5; i++)
      expect(await say(instance, `n${i}.test.`)).toBe("NOERROR 192.0.2.1");
    expect(await metrics.text()).not.toMatch(/healthcheck_failures_total\{.*\} [1-9]/);
  });
});

describe("health", () => {
  async function startWithDead(property = ""): Promise<{
    instance: Instance;
    metrics: Metrics;
    dead: FakeUpstream;
    state: { isDead: boolean };
    up: Dns2Upstream;
  }> {
    const state = { isDead: true };
    const dead = await fake(({ packet, reply }) => {
      if (!state.isDead) reply(answerTo(packet, "192.0.2.2"));
    });
    const up = await dns2(() => ["192.0.2.1"]);
    const { instance, metrics } = await start(
      `forward . ${dead.address} ${up.address} {\npolicy sequential\nread_timeout 50ms\n` +
        `health_check 10ms no_rec domain probe.test\nmax_fails 1\n${property}\n}`,
    );
    return { instance, metrics, dead, state, up };
  }

  it("passes an upstream over while it is down, and comes back to it", async () => {
    const { instance, metrics, dead, state } = await startWithDead();
    expect(await sayInTime(instance, "first.test.")).toBe("NOERROR 192.0.2.1");
    const failures = /^coredns_proxy_healthcheck_failures_total\{.*\} ([2-9])$/m;
    await passUntil(async () => failures.test(await metrics.text()));
    const asked = (): number =>
      dead.received.filter(({ packet }) => packet.includes("down")).length;
    expect(await sayInTime(instance, "down.test.")).toBe("NOERROR 192.0.2.1");
    expect(asked()).toBe(0);
    const probe = dead.received.find(({ packet }) => packet.includes("probe"));
    expect(parseMessage(probe?.packet as Buffer)).toMatchObject({
      flags: 0,
      question: [{ qtype: 2 }],
    });
    state.isDead = false;
    await passUntil(async () => (await sayInTime(instance, "back.test.")) === "NOERROR 192.0.2.2");
  });

  it.each([
    ["", "NOERROR 192.0.2.9"],
    ["failfast_all_unhealthy_upstreams", "SERVFAIL"],
  ])("when all are down, with %j, says %s", async (property, expected) => {
    // It answers queries, but no probes.
    const upstream = await fake(({ packet, reply }) => {
      if (packet.includes("alive")) reply(answerTo(packet, "192.0.2.9"));
    });
    const { instance, metrics } = await start(
      `forward . ${upstream.address} {\nread_timeout 20ms\nhealth_check 10ms\nmax_fails 1\n${property}\n}`,
    );
    await sayInTime(instance, "silent.test.");
    await passUntil(async () => /failures_total\{.*\} [2-9]/.test(await metrics.text()));
    expect(await sayInTime(instance, "alive.test.")).toBe(expected);
    expect(await metrics.text()).toMatch(/^coredns_forward_healthcheck_broken_total 1$/m);
  });

  it("is not checked with max_fails 0", async () => {
    const upstream = await fake(silence);
    const { instance } = await start(
      `forward . ${upstream.address} {\nread_timeout 20ms\nmax_fails 0\nhealth_check 10ms\n}`,
    );
    for (let i = 0; i < 3; i++) await sayInTime(instance, `n${i}.test.`);
    expect(upstream.received.every(({ packet }) => packet.includes("test"))).toBe(true);
  });
});

describe("policies", () => {
  async function firstAsked(policy: string, count: number): Promise<number[]> {
    const upstreams = await Promise.all([1, 2, 3].map(() => dns2(() => ["192.0.2.1"])));
    const to = upstreams.map(({ address }) => address).join(" ");
    const { instance } = await start(`forward . ${to} {\npolicy ${policy}\n}`);
    for (let i = 0; i < count; i++) await say(instance, `n${i}.test.`);
    return upstreams.map(({ questions }) => questions.length);
  }

  it("sequential asks the first one", async () => {
    expect(await firstAsked("sequential", 9)).toEqual([9, 0, 0]);
  });

  it("round_robin asks them in turn", async () => {
    expect(await firstAsked("round_robin", 9)).toEqual([3, 3, 3]);
  });

  it("random asks them all", async () => {
    // One of three is never first in 60 draws once in ten thousand million runs.
    for (const count of await firstAsked("random", 60)) expect(count).toBeGreaterThan(0);
  });
});

describe("failover", () => {
  it("asks the next upstream after a failure that it names, and no further than all", async () => {
    const failing = await dns2((name) => ({ rcode: name.startsWith("refused") ? 5 : 2 }));
    const other = await dns2((name) => (name.startsWith("all") ? { rcode: 2 } : ["192.0.2.1"]));
    const { instance } = await start(
      `forward . ${failing.address} ${other.address} {\npolicy sequential\nfailover SERVFAIL\n}`,
    );
    expect(await say(instance, "a.test.")).toBe("NOERROR 192.0.2.1");
    expect(await say(instance, "refused.test.")).toBe("REFUSED");
    expect(await say(instance, "all.test.")).toBe("SERVFAIL");
    expect(failing.questions).toHaveLength(3);
    expect(other.questions).toHaveLength(2);
  });

  it("gives the failure that it has if the others are silent", async () => {
    const failing = await dns2(() => ({ rcode: 5 }));
    const { instance } = await start(
      `forward . ${failing.address} ${await nobody()} {\npolicy sequential\nfailover REFUSED\n` +
        "max_connect_attempts 1\n}",
    );
    expect(await say(instance, "a.test.")).toBe("REFUSED");
  });
});

describe("next", () => {
  async function startPair(property: string, zone = "."): Promise<Instance> {
    const first = await dns2((name) => (name.startsWith("empty") ? [] : { rcode: 3 }));
    const second = await dns2(() => ["192.0.2.2"]);
    const body = `forward . ${first.address} {\n${property}\n}\nforward ${zone} ${second.address} {\n${property}\n}`;
    return (await start(body)).instance;
  }

  it.each([
    ["next NXDOMAIN", "a.test.", "NOERROR 192.0.2.2"],
    ["next SERVFAIL", "a.test.", "NXDOMAIN"],
    ["next NXDOMAIN", "empty.test.", "NOERROR"],
    ["next_on_nodata", "empty.test.", "NOERROR 192.0.2.2"],
    ["next_on_nodata", "a.test.", "NXDOMAIN"],
  ])("with %s, %s is %s", async (property, name, expected) => {
    expect(await say(await startPair(property), name)).toBe(expected);
  });

  it("lets the reply stand if no other forward is for that name", async () => {
    const instance = await startPair("next NXDOMAIN", "other.test");
    expect(await say(instance, "a.test.")).toBe("NXDOMAIN");
    expect(await say(instance, "a.other.test.")).toBe("NOERROR 192.0.2.2");
  });
});

describe("max_concurrent", () => {
  it("refuses what is too much, and counts it", async () => {
    const held: ReceivedQuery[] = [];
    const upstream = await fake((query) => held.push(query));
    const { instance, metrics } = await start(
      `forward . ${upstream.address} {\nmax_concurrent 2\n}`,
    );
    const underWay = ["a.test.", "b.test."].map((name) => say(instance, name));
    const query = testQuery("c.test.", "A", { edns: true });
    const serve = async (): Promise<unknown> => instance.serve?.(query, passedOn);
    await expect(serve()).rejects.toMatchObject({
      rcode: 5,
      message: "concurrent queries exceeded maximum 2",
      extendedError: { code: 15 },
    });
    await until(() => held.length === 2);
    held.forEach(echo);
    expect(await Promise.all(underWay)).toEqual(["NOERROR 192.0.2.1", "NOERROR 192.0.2.1"]);
    const again = say(instance, "d.test.");
    await until(() => held.length === 3);
    held.slice(2).forEach(echo);
    expect(await again).toBe("NOERROR 192.0.2.1");
    expect(await metrics.text()).toMatch(/^coredns_forward_max_concurrent_rejects_total 1$/m);
  });
});

describe("where upstreams come from", () => {
  async function inFolder(files: Record<string, string | Buffer>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "forward-"));
    endings.push(() => rm(folder, { recursive: true }));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return folder;
  }

  it("a resolv.conf file names some, and an upstream named twice is there once", async () => {
    const folder = await inFolder({
      "resolv.conf": "nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.1\n",
    });
    const { instance, metrics } = await start(`forward . ${folder}/resolv.conf 127.0.0.2`);
    await instance.stop?.();
    const failures = /coredns_proxy_healthcheck_failures_total\{proxy_name="forward",to="(.*?)"\}/g;
    const text = await metrics.text();
    expect([...text.matchAll(failures)].map(([, to]) => to)).toEqual([
      "127.0.0.1:53",
      "127.0.0.2:53",
    ]);
  });

  it("a host name is looked up by the resolver given", async () => {
    const resolver = await dns2((_, type) => (type === 1 ? ["127.0.0.1"] : []));
    const up = await dns2(() => ["192.0.2.1"]);
    const { instance } = await start(
      `forward . dns.example.test:${up.port} {\nresolver ${resolver.address}\n}`,
    );
    expect(await say(instance, "a.test.")).toBe("NOERROR 192.0.2.1");
    expect(resolver.questions).toContain("udp dns.example.test 1");
  });

  it("TLS asks for the certificate of the name that it is told", async () => {
    const secure = await startFakeUpstream(echo, serverTls);
    endings.push(secure.close);
    const root = join(import.meta.dirname, "../../upstream/testdata");
    const bodies = [
      `forward . tls://127.0.0.1%dns.example.test:${secure.port} {\ntls ca.pem\n}`,
      `forward . tls://${secure.address} {\ntls client.pem client.key ca.pem\ntls_servername dns.example.test\n}`,
    ];
    for (const body of bodies) {
      const { instance } = await start(body, root);
      expect(await say(instance, "a.test.")).toBe("NOERROR 192.0.2.1");
    }
    const { instance } = await start(
      `forward . tls://127.0.0.1%other.test:${secure.port} {\ntls ca.pem\n}`,
      root,
    );
    expect(await say(instance, "a.test.")).toBe("SERVFAIL");
  });

  it.each([
    ["forward . FOLDER/none", /cannot read ".*none": no such file or folder/],
    ["forward . FOLDER/empty", /it names no server/],
    ["forward . FOLDER", /cannot read/],
    ["forward . tls://192.0.2.1 {\ntls FOLDER/none\n}", /cannot read ".*none"/],
    ["forward . tls://192.0.2.1 {\ntls FOLDER/empty FOLDER/empty\n}", /cannot use tls/],
    ["forward . tls://192.0.2.1 {\ntls FOLDER/empty\n}", /cannot use tls .*: no certificate/],
    [
      "forward . dns.example.test {\nresolver RESOLVER\n}",
      /cannot resolve upstream "dns.example.test"/,
    ],
  ])("%s is refused when the server starts", async (body, message) => {
    const folder = await inFolder({ empty: "" });
    const resolver = await dns2(() => ({ rcode: 3 }));
    const text = body.replaceAll("FOLDER", folder).replace("RESOLVER", resolver.address);
    await expect(start(text)).rejects.toThrow(/^Corefile:[23]: plugin\/forward: /);
    await expect(start(text)).rejects.toThrow(message);
  });
});

describe("stopping", () => {
  it("ends what is still under way", async () => {
    const upstream = await fake(silence);
    const { instance } = await start(`forward . ${upstream.address}`);
    const underWay = say(instance, "a.test.");
    await until(() => upstream.received.length > 0);
    await instance.stop?.();
    expect(await underWay).toBe("SERVFAIL");
  });
});
