import { afterEach, describe, expect, it } from "vitest";
import { noArguments } from "../../src/corefile/arguments.ts";
import { Flag } from "../../src/dns/header.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { plugins } from "../../src/plugins/index.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { TableBench } from "./table-bench.ts";

/** Answers with as many addresses as the first label says; replies may be repeated. */
const numbered = definePlugin({
  name: "whoami",
  parse: noArguments,
  create: () => ({
    passable: true,
    serve({ qname }) {
      const count = Number.parseInt(qname.toString(), 10);
      const lines = Array.from({ length: count }, (_, i) => `${qname} 60 IN A 192.0.2.${i}`);
      return Reply.authoritative(records(...lines));
    },
  }),
});
const list = plugins.map((plugin) => {
  return typeof plugin !== "string" && plugin.name === "whoami" ? numbered : plugin;
});

let bench: TableBench | undefined;
afterEach(() => bench?.close());

interface Answered {
  readonly octets: number;
  readonly isCut: boolean;
  readonly payloadSize: number | undefined;
}

async function ask(from: TableBench, line: string, transport: "udp" | "tcp"): Promise<Answered> {
  from.transport = transport;
  const packet = await from.ask(encodeQuestion(parseQuestion(line), 1));
  const message = packet && parseMessage(packet);
  if (!message) throw new Error("no answer");
  const isCut = (message.flags & Flag.TC) !== 0;
  return { octets: packet.length, isCut, payloadSize: message.edns?.payloadSize };
}

describe("a server block with bufsize 700", () => {
  it("sends nothing longer over UDP, also if the whole reply has been repeated over TCP", async () => {
    bench = await TableBench.open(".:53 {\n bufsize 700\n whoami\n}", list);
    for (let i = 0; i < 4; i++) {
      const whole = await ask(bench, "50.test A +bufsize=1232", "tcp");
      expect(whole).toMatchObject({ isCut: false, payloadSize: 700 });
      expect(whole.octets).toBeGreaterThan(700);
      const cut = await ask(bench, "50.test A +bufsize=1232", "udp");
      expect(cut).toMatchObject({ isCut: true, payloadSize: 700 });
      expect(cut.octets).toBeLessThanOrEqual(700);
      expect(cut.octets).toBeGreaterThan(700 - 16);
    }
    expect(bench.table.size).toBe(0);
  });

  it("repeats what is short enough, with the same payload size, and cuts no more than clients ask for", async () => {
    bench = await TableBench.open(".:53 {\n bufsize 700\n whoami\n}", list);
    for (let i = 0; i < 4; i++) {
      expect(await ask(bench, "40.test A +edns", "udp")).toMatchObject({
        isCut: false,
        payloadSize: 700,
      });
      const plain = await ask(bench, "40.test A", "udp");
      expect(plain).toMatchObject({ isCut: true, payloadSize: undefined });
      expect(plain.octets).toBeLessThanOrEqual(512);
    }
    expect(bench.table.size).toBe(1);
  });
});
