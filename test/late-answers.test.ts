import { afterEach, expect, it, vi } from "vitest";
import { Rcode } from "../src/dns/iana/rcode.ts";
import type { Message } from "../src/dns/message.ts";
import { parseMessage } from "../src/dns/message.ts";
import type { FakeUpstream } from "../src/testing/fake-upstream.ts";
import { answerTo, startFakeUpstream } from "../src/testing/fake-upstream.ts";
import { passFor, stopTime } from "../src/testing/hand-clock.ts";
import type { TestServer } from "../src/testing/server.ts";
import { startServer } from "../src/testing/server.ts";
import { until } from "../src/testing/until.ts";
import { askUdp } from "../src/transport/transport.cases.ts";
import { query } from "./conformance/query-packet.ts";

let upstream: FakeUpstream;
let server: TestServer;

afterEach(async () => {
  vi.useRealTimers();
  await server.stop();
  await upstream.close();
});

/** A server before an upstream that is silent, and gets one query for each question. */
async function start(property: string): Promise<void> {
  upstream = await startFakeUpstream(() => {});
  const corefile = `.:{{PORT}} {
    bind 127.0.0.1
    cache {
      servfail 5m
    }
    forward . ${upstream.address} {
      read_timeout 50ms
      max_connect_attempts 1
      max_fails 0
      ${property}
    }
  }`;
  stopTime();
  server = await startServer({ corefile });
}

async function ask(question: string): Promise<Message> {
  return parseMessage(await askUdp(server.port, query(question))) as Message;
}

it.each(["prefer_udp", "force_tcp"])(
  "an answer that comes after the failure is the next client's (%s)",
  async (property) => {
    await start(property);
    const first = ask("slow.test. A");
    await until(() => upstream.received.length > 0);
    expect((await passFor(first)).value.rcode).toBe(Rcode.SERVFAIL);
    expect((await ask("slow.test. A")).rcode).toBe(Rcode.SERVFAIL);
    const [asked, ...others] = upstream.received;
    expect(others).toEqual([]);
    asked?.reply(answerTo(asked.packet, "192.0.2.7"));
    let said: Message;
    do said = await ask("slow.test. A");
    while (said.rcode === Rcode.SERVFAIL);
    expect(said.answer[0]?.rdata.join(".")).toBe("192.0.2.7");
    expect(upstream.received).toHaveLength(1);
  },
);
