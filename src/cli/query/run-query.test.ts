import { afterEach, describe, expect, it } from "vitest";
import { Composer } from "../../dns/composer.ts";
import type { EdnsOption } from "../../dns/edns.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { parseMessage } from "../../dns/message.ts";
import { Name } from "../../dns/name.ts";
import { MAX_MESSAGE_OCTETS } from "../../dns/wire-writer.ts";
import type { FakeUpstream, ReceivedQuery } from "../../testing/fake-upstream.ts";
import { answerTo, emptyReplyTo, replyTo, startFakeUpstream } from "../../testing/fake-upstream.ts";
import type { Dns2Upstream } from "../../testing/dns2-upstream.ts";
import { startDns2Upstream } from "../../testing/dns2-upstream.ts";
import type { ReplyDocument } from "./format-json.ts";
import type { ResolverSetup } from "./resolver-setup.ts";
import { runQuery } from "./run-query.ts";

const TRUNCATED = 0x0200;

const running: (FakeUpstream | Dns2Upstream)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((upstream) => upstream.close()));
});

async function upstream(answer: (query: ReceivedQuery) => void): Promise<FakeUpstream> {
  const started = await startFakeUpstream(answer);
  running.push(started);
  return started;
}

interface Outcome {
  readonly code: number;
  readonly text: string;
}

async function run(line: string, setup?: ResolverSetup): Promise<Outcome> {
  let text = "";
  const code = await runQuery(line.split(" "), (part) => (text += part), setup);
  return { code, text };
}

/** With another id. */
function withOtherId(packet: Buffer): Buffer {
  const other = Buffer.from(packet);
  other.writeUInt16BE(packet.readUInt16BE(0) ^ 1, 0);
  return other;
}

/** A reply without records, but for OPT. */
function withOpt(packet: Buffer, rcode: number, options: readonly EdnsOption[]): Buffer {
  const { id = 0, question: [question] = [] } = parseMessage(packet) ?? {};
  const composer = new Composer();
  composer.begin(id, 0x8180 | (rcode & 15), MAX_MESSAGE_OCTETS);
  if (question) composer.question(question.qname, question.qtype, question.qclass);
  composer.edns(1232, rcode, false, options);
  return Buffer.from(composer.finish());
}

describe("query", () => {
  it("prints a reply as dig does", async () => {
    const { address, port } = await upstream(({ packet, reply }) => reply(answerTo(packet)));
    const { code, text } = await run(`@${address} www.example.org`);
    expect(code).toBe(0);
    expect(text.split("\n")).toEqual([
      "",
      expect.stringMatching(/^; <<>> Portolan \S+ <<>> @127\.0\.0\.1:\d+ www\.example\.org$/),
      "; (1 server found)",
      ";; global options: +cmd",
      ";; Got answer:",
      expect.stringMatching(/^;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: \d+$/),
      ";; flags: qr rd ra ad; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0",
      "",
      ";; QUESTION SECTION:",
      ";www.example.org.\t\tIN\tA",
      "",
      ";; ANSWER SECTION:",
      "www.example.org.\t60\tIN\tA\t192.0.2.1",
      "",
      expect.stringMatching(/^;; Query time: \d+ msec$/),
      `;; SERVER: 127.0.0.1#${port}(127.0.0.1) (UDP)`,
      expect.stringMatching(/^;; WHEN: \w{3} \w{3} \d\d \d\d:\d\d:\d\d \S+ \d{4}$/),
      ";; MSG SIZE  rcvd: 49",
      "",
      "",
    ]);
  });

  it("passes over what is no reply to it, and says so", async () => {
    const { address } = await upstream(({ packet, reply }) => {
      const good = answerTo(packet);
      const otherName = Buffer.from(good);
      otherName[13] = 0x7a;
      for (const octets of [Buffer.from("no"), withOtherId(good), otherName, good]) reply(octets);
    });
    const { text } = await run(`@${address} www.example.org`);
    expect(text).toContain(";; Warning: short (< header size) message received\n");
    expect(text).toMatch(/^;; Warning: ID mismatch: expected ID \d+, got \d+$/m);
    expect(text).toContain(";; Question section mismatch: got zww.example.org/A/IN\n");
    expect(text).toContain("\nwww.example.org.\t60\tIN\tA\t192.0.2.1\n");
  });

  it("shows what can be read of a malformed reply", async () => {
    const { address } = await upstream(({ packet, reply }) =>
      reply(answerTo(packet).subarray(0, 47)),
    );
    const { code, text } = await run(`@${address} www.example.org`);
    expect(code).toBe(0);
    expect(text).toContain(";; Warning: Message parser reports malformed message packet.\n");
    expect(text).toContain("QUERY: 1, ANSWER: 1,");
    expect(text).not.toContain("192.0.2");
  });

  it("asks again over TCP if the reply was truncated, unless told otherwise", async () => {
    const { address, received } = await upstream(({ transport, packet, reply }) => {
      reply(transport === "udp" ? emptyReplyTo(packet, 0, TRUNCATED) : answerTo(packet));
    });
    const { text } = await run(`@${address} a.test`);
    expect(text).toContain(";; Truncated, retrying in TCP mode.\n");
    expect(text).toMatch(/^;; SERVER: .* \(TCP\)$/m);
    expect((await run(`@${address} a.test +ignore`)).text).toContain(";; flags: qr tc rd ra ad;");
    expect(received.map(({ transport }) => transport)).toEqual(["udp", "stream", "udp"]);
  });

  it("gives up if TCP is cut after a truncated reply", async () => {
    const { address, received } = await upstream(({ packet, reply, connection }) => {
      if (connection) connection.destroy();
      else reply(emptyReplyTo(packet, 0, TRUNCATED));
    });
    const { code, text } = await run(`@${address} a.test +tries=2`);
    expect(code).toBe(9);
    expect(text.match(/communications error to 127\.0\.0\.1#\d+: end of file/g)).toHaveLength(2);
    expect(text).toContain(";; no servers could be reached\n");
    expect(received).toHaveLength(3);
  });

  it("asks again with the version of EDNS and the cookie that the server wants", async () => {
    const serverCookie = Buffer.from("1112131415161718", "hex");
    const { address, received } = await upstream(({ packet, reply }) => {
      const { edns } = parseMessage(packet) ?? {};
      const cookie = edns?.options[0]?.data ?? Buffer.alloc(0);
      if (edns?.version === 1) reply(withOpt(packet, Rcode.BADVERS, []));
      else if (cookie.subarray(8).equals(serverCookie)) reply(answerTo(packet));
      else {
        const data = Buffer.concat([cookie.subarray(0, 8), serverCookie]);
        reply(withOpt(packet, Rcode.BADCOOKIE, [{ code: OptionCode.COOKIE, data }]));
      }
    });
    const { text } = await run(`@${address} a.test +edns=1`);
    expect(text).toContain(";; BADVERS, retrying with EDNS version 0.\n;; BADCOOKIE, retrying.\n");
    expect(text).toContain("192.0.2.1");
    expect(received).toHaveLength(3);
    const shown = await run(`@${address} a.test +nobadcookie`);
    expect(shown.text).toContain("status: BADCOOKIE");
    expect(shown.text).toMatch(/^; COOKIE: [\da-f]{32} \(good\)$/m);
    const stubborn = await run(`@${address} a.test +edns=1 +noednsnegotiation`);
    expect(stubborn.text).toContain("status: BADVERS");
  });

  it("takes replies of any size over UDP", async () => {
    const answer = Array.from(
      { length: 200 },
      (_, i) => `a.test. 60 IN TXT "${i} ${"x".repeat(250)}"`,
    );
    const { address } = await upstream(({ packet, reply }) => reply(replyTo(packet, { answer })));
    const { text } = await run(`@${address} a.test TXT +short`);
    expect(text.trim().split("\n")).toHaveLength(200);
  });

  it("asks the next server if one is dead, and each as often as it is told", async () => {
    const gone = await upstream(() => {});
    await gone.close();
    running.pop();
    const { code, text } = await run(`@127.0.0.1 -p ${gone.port} a.test +tries=2`);
    expect(code).toBe(9);
    const refused = `;; communications error to 127.0.0.1#${gone.port}: connection refused\n`;
    expect(text.startsWith(refused + refused)).toBe(true);
    const stream = await run(`@127.0.0.1 -p ${gone.port} a.test +tries=1 +tcp`);
    const failed = `;; Connection to 127.0.0.1#${gone.port}(127.0.0.1) for a.test. failed: connection refused.\n`;
    expect(stream).toEqual({ code: 9, text: expect.stringContaining(failed) });
  });

  it("says that nobody answers", async () => {
    const { address } = await upstream(() => {});
    const { code, text } = await run(`@${address} a.test +tries=1 +time=1`);
    expect(code).toBe(9);
    expect(text).toMatch(/^;; communications error to 127\.0\.0\.1#\d+: timed out$/m);
    expect(text.endsWith(";; no servers could be reached\n")).toBe(true);
  });

  it("completes a name by the search list only if asked to", async () => {
    const questions: string[] = [];
    const { port } = await upstream(({ packet, reply }) => {
      const end = packet.indexOf(0, 12);
      const name = Name.fromWire(packet.toString("latin1", 12, end + 1)).toString();
      questions.push(name);
      reply(
        name === "web.shop.svc.test." ? answerTo(packet) : emptyReplyTo(packet, Rcode.NXDOMAIN),
      );
    });
    const search = ["default.svc.test.", "svc.test.", "test."].map((name) => Name.parse(name));
    const setup = { servers: ["127.0.0.1"], search, ndots: 5 };
    await run(`-p ${port} web.shop`, setup);
    expect(questions.splice(0)).toEqual(["web.shop."]);
    const { text } = await run(`-p ${port} web.shop +search`, setup);
    expect(questions.splice(0)).toEqual(["web.shop.default.svc.test.", "web.shop.svc.test."]);
    expect(text).toContain("web.shop.svc.test.\t60\tIN\tA\t192.0.2.1");
    expect(text).not.toContain("NXDOMAIN");
    await run(`-p ${port} web.shop +search +ndots=1`, setup);
    expect(questions.splice(0, 1)).toEqual(["web.shop."]);
    await run(`-p ${port} web.shop. +search`, setup);
    expect(questions.at(-1)).toBe("web.shop.");
    const shown = await run(`-p ${port} web.shop +showsearch`, setup);
    expect(shown.text.match(/status: \w+/g)).toEqual(["status: NXDOMAIN", "status: NOERROR"]);
  });

  it.each([
    ["IXFR", "Cannot query type IXFR: it tells of changes, AXFR of the whole zone"],
    ["AXFR -o json", "Cannot print a transfer as JSON: expected text"],
    ["AXFR +dns2", "Cannot transfer a zone by dns2: it reads one message"],
    ["AXFR +https", "Cannot transfer a zone by HTTP: only by TCP and TLS"],
  ])("does not make transfers by %s", async (words, message) => {
    await expect(run(`@127.0.0.1 a.test ${words}`)).rejects.toThrow(message);
  });

  it("asks by dns2's clients over UDP and TCP", async () => {
    const started = await startDns2Upstream(() => ["192.0.2.7"]);
    running.push(started);
    for (const option of ["", " +tcp"]) {
      const { text } = await run(`@${started.address} www.example.org A +dns2${option}`);
      expect(text).toContain("IN\tA\t192.0.2.7\n");
    }
    expect(started.questions).toEqual(["udp www.example.org 1", "tcp www.example.org 1"]);
    await expect(run(`@${started.address} a.test SVCB +dns2`)).rejects.toThrow(
      /by dns2: it knows A/,
    );
    await expect(run(`@${started.address} a.test +dns2 +do`)).rejects.toThrow(/cannot send that/);
  });
});

describe("query -o json", () => {
  it("prints a reply for programs, with nothing in it that a terminal obeys", async () => {
    const { address, port } = await upstream(({ packet, reply }) => {
      reply(replyTo(packet, { answer: [String.raw`a\027b.test. 5 IN TXT "\027[31m" "é\155"`] }));
    });
    const { code, text } = await run(`@${address} a.test TXT -o json`);
    expect(code).toBe(0);
    expect(text).toMatch(/^[\n -~]*$/);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it is said to print
    const document = JSON.parse(text) as ReplyDocument;
    expect(document).toMatchObject({
      status: "NOERROR",
      opcode: "QUERY",
      flags: ["qr", "rd", "ra", "ad"],
      edns: null,
      question: [{ name: "a.test.", class: "IN", type: "TXT" }],
      answer: [
        {
          name: String.raw`a\027b.test.`,
          ttlSeconds: 5,
          class: "IN",
          type: "TXT",
          data: String.raw`"\027[31m" "\195\169\155"`,
        },
      ],
      authority: [],
      additional: [],
      isMalformed: false,
      server: { address: "127.0.0.1", port, name: "127.0.0.1", transport: "udp" },
      warnings: [],
    });
    expect(Object.keys(document)).toHaveLength(15);
  });

  it("says what went wrong", async () => {
    const { address } = await upstream(({ connection }) => connection?.destroy());
    const { code, text } = await run(`@${address} a.test +tcp +tries=1 -o json`);
    expect(code).toBe(9);
    expect(JSON.parse(text)).toEqual({
      error: "no servers could be reached",
      warnings: [expect.stringMatching(/^communications error to .*: end of file$/)],
    });
  });
});
