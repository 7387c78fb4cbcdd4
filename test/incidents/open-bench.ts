import { createSocket } from "node:dgram";
import { once } from "node:events";
import { vi } from "vitest";
import { decodeExtendedError, findOption } from "../../src/dns/edns.ts";
import { OptionCode } from "../../src/dns/iana/option-code.ts";
import { formatRcode } from "../../src/dns/iana/rcode.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import type { ReceivedQuery } from "../../src/testing/fake-upstream.ts";
import { replyTo, startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import { pass, settle, stopTime } from "../../src/testing/hand-clock.ts";
import { startServer } from "../../src/testing/server.ts";
import { until } from "../../src/testing/until.ts";
import { query } from "../conformance/query-packet.ts";
import type { Asked, Incident, Bench } from "./incident.ts";

/** Builds the bench of an incident; `close` tears it down. */
export async function openBench({
  corefile,
}: Incident): Promise<{ bench: Bench; close: () => Promise<void> }> {
  const unheard: ReceivedQuery[] = [];
  const upstream = await startFakeUpstream((received) => unheard.push(received));
  const body = corefile.replaceAll("UPSTREAM", upstream.address);
  // No threads: their clocks cannot be turned.
  const settings = "bind 127.0.0.1\ntransport {\nworkers 0\n}";
  const server = await startServer({ corefile: `.:{{PORT}} {\n${settings}\n${body}\n}\n` });
  stopTime();
  const client = await openClient(server.port);
  const heard = async (): Promise<ReceivedQuery> => {
    await until(() => unheard.length > 0);
    return unheard.shift() as ReceivedQuery;
  };
  const bench: Bench = {
    upstream,
    heard,
    settle,
    ask: client.ask,
    async exchange(question, reply, parts) {
      const asked = client.ask(question, parts);
      const received = await heard();
      received.reply(replyTo(received.packet, reply));
      return asked.said();
    },
    wait: (seconds) => pass(seconds * 1000),
  };
  const close = async (): Promise<void> => {
    vi.useRealTimers();
    client.close();
    await server.stop();
    await upstream.close();
  };
  return { bench, close };
}

async function openClient(port: number): Promise<{ ask: Bench["ask"]; close: () => void }> {
  const replies = new Map<number, Buffer>();
  const socket = createSocket("udp4");
  // Whoever waits for a reply says so.
  socket.on("error", () => {});
  socket.on("message", (reply) => replies.set(reply.readUInt16BE(0), reply));
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const ask = (question: string, parts = {}): Asked => {
    const packet = query(question, parts);
    const reply = (): Buffer | undefined => replies.get(packet.readUInt16BE(0));
    socket.send(packet);
    return {
      packet,
      reply,
      async said() {
        await until(() => reply() !== undefined);
        return inWords(reply() as Buffer);
      },
    };
  };
  return { ask, close: () => socket.close() };
}

function inWords(packet: Buffer): string {
  const message = parseMessage(packet);
  if (!message) throw new Error(`Cannot read reply: ${packet.toString("hex")}`);
  const option = findOption(message.edns?.options ?? [], OptionCode.EXTENDED_ERROR);
  const error = option && decodeExtendedError(option.data);
  return [
    formatRcode(message.rcode),
    ...message.answer.map(formatRecord),
    ...(error ? [`EDE ${error.infoCode}`] : []),
  ].join(" ");
}
