import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pass, stopTime } from "../../testing/hand-clock.ts";
import { until } from "../../testing/until.ts";
import { connected, heard, readAll } from "./connect.cases.ts";
import { Relay } from "./relay.ts";

/** A program, and its connection as the relay has it. */
async function connectedPair(): Promise<{ program: Socket; client: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection");
  const program = await connected("127.0.0.1", (server.address() as AddressInfo).port);
  const [client] = (await accepted) as [Socket];
  server.close();
  return { program, client };
}

/** A Pod at the other end of a port-forward, which hears nothing of the end of writing. */
function pod(): { upstream: Duplex; received: Buffer[] } {
  const received: Buffer[] = [];
  const upstream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      // Its memory is given back once it is written.
      received.push(Buffer.from(chunk));
      done();
    },
  });
  return { upstream, received };
}

let program: Socket;
let client: Socket;

beforeEach(async () => {
  ({ program, client } = await connectedPair());
});

afterEach(() => {
  vi.useRealTimers();
  program.destroy();
  client.destroy();
});

describe("a client that has sent all and still listens, as nc -N", () => {
  it("hears what comes until nothing has come for 10 s", async () => {
    stopTime();
    const { upstream, received } = pod();
    const over = new Relay(client, () => {}).carry(upstream);
    program.end("all that it says");
    await until(() => upstream.writableEnded);
    expect(String(Buffer.concat(received))).toBe("all that it says");
    await pass(9_900);
    upstream.push("late");
    expect(await heard(program)).toBe("late");
    await pass(9_900);
    expect(upstream.destroyed).toBe(false);
    await pass(200);
    expect(upstream.destroyed).toBe(true);
    expect(await over).toBeUndefined();
    expect(String(await readAll(program))).toBe("");
  });

  it("is done at once when the Pod ends, as with HTTP/1.0", async () => {
    const { upstream } = pod();
    const over = new Relay(client, () => {}).carry(upstream);
    program.end("GET / HTTP/1.0\r\n\r\n");
    await until(() => upstream.writableEnded);
    upstream.push("HTTP/1.0 200 OK\r\n\r\nhello");
    upstream.push(null);
    expect(String(await readAll(program))).toContain("hello");
    expect(await over).toBeUndefined();
  });
});

it("carries what is too much to be said again, octet by octet the same", async () => {
  const { upstream, received } = pod();
  void new Relay(client, () => {}).carry(upstream);
  const sent = Buffer.from(Array.from({ length: 1 << 20 }, (_, i) => (i * 7) % 251));
  program.end(sent);
  await until(() => upstream.writableEnded);
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});
