import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect } from "vitest";
import { startServer } from "../../../src/testing/server.ts";
import { ask, describe } from "../expect-reply.ts";
import { query } from "../query-packet.ts";
import type { Row, Transport } from "../row.ts";

/** Extended DNS Errors (RFC 8914), of servers that lack what they answer from. */
export const explainedRows: readonly Row[] = [
  {
    id: "E27",
    rfc: "8914 §3, §4.23",
    probe: "an upstream that is not there, with OPT and without",
    expectation: "SERVFAIL, EDE 22 or 23 where the query had OPT",
    coredns: "none sent (1.14.7)",
    async run(on) {
      const corefile = `.:{{PORT}} {
  bind 127.0.0.1
  forward . 127.0.0.1:${await closedPort()}
}`;
      await expectExplained(on, corefile, "www.example.org. A", /^EDE 2[23] /);
    },
  },
  {
    id: "E27a",
    rfc: "8914 §3, §4.15",
    probe: "a cluster whose API server is not there, with OPT and without",
    expectation: "SERVFAIL, EDE 14 where the query had OPT; never NXDOMAIN",
    coredns: "none sent (1.14.7)",
    async run(on) {
      const corefile = `cluster.local:{{PORT}} in-addr.arpa:{{PORT}} {
  bind 127.0.0.1
  kubernetes cluster.local in-addr.arpa {
    endpoint http://127.0.0.1:${await closedPort()}
  }
}`;
      for (const name of ["web.shop.svc.cluster.local. A", "1.1.1.10.in-addr.arpa. PTR"]) {
        await expectExplained(on, corefile, name, /^EDE 14 /);
      }
    },
  },
];

async function expectExplained(
  on: Transport,
  corefile: string,
  question: string,
  explanation: RegExp,
): Promise<void> {
  const server = await startServer({ corefile });
  const there = await on.elsewhere(server.port);
  const bare = describe(await ask(there, query(question)));
  expect([bare.rcode, bare.answer, bare.edns]).toEqual(["SERVFAIL", [], null]);
  const { rcode, answer, edns } = describe(await ask(there, query(question, { opt: {} })));
  expect([rcode, answer]).toEqual(["SERVFAIL", []]);
  expect(edns?.options).toEqual([expect.stringMatching(explanation)]);
  there.close();
  await server.stop();
}

/** A port of the loopback where nobody is. */
async function closedPort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
