import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { decode, encode } from "dns-packet";
import { afterEach, expect, it } from "vitest";
import { askAddress, countWrong, waitUntilRight } from "./probe.ts";
import type { RunningProcess } from "./processes.ts";

const running: RunningProcess = {
  pid: 0,
  ended: Promise.resolve(),
  ending: () => undefined,
  stop: async () => {},
};
let socket: Socket;
afterEach(() => socket.close());

/** A server that answers every question with this address, after it has kept silent so many times. */
async function serve(data: string, silent = 0, rcode = 0): Promise<number> {
  let left = silent;
  socket = createSocket("udp4").bind(0, "127.0.0.1");
  socket.on("message", (packet, client) => {
    if (left-- > 0) return;
    const { id = 0, questions = [] } = decode(packet);
    const answers = questions.map(({ name }) => ({ type: "A", name, ttl: 5, data }) as const);
    socket.send(encode({ type: "response", id, flags: rcode, questions, answers }), client.port);
  });
  await once(socket, "listening");
  return socket.address().port;
}

it("a question comes back with its addresses", async () => {
  const port = await serve("192.0.2.1");
  expect(await askAddress(port, "a.example")).toEqual({ rcode: 0, addresses: ["192.0.2.1"] });
});

it("a server that is slow to start is waited for", async () => {
  const port = await serve("192.0.2.1", 1);
  const right = { qname: "a.example", address: "192.0.2.1" };
  await expect(waitUntilRight(running, port, [right])).resolves.toBeUndefined();
});

it("a server that has ended is not waited for, and its last words are the reason", async () => {
  const port = await serve("192.0.2.2");
  const ended = { ...running, ending: () => "exit code 1: no such plugin" };
  const right = { qname: "a.example", address: "192.0.2.1" };
  await expect(waitUntilRight(ended, port, [right])).rejects.toThrow("exit code 1: no such plugin");
});

it("a wrong answer is told with the right one", async () => {
  const port = await serve("192.0.2.2");
  const right = { qname: "a.example", address: "192.0.2.1" };
  await expect(waitUntilRight(running, port, [right], 0)).rejects.toThrow(
    'wrong answer for "a.example": response code 0 192.0.2.2, where 192.0.2.1 is right',
  );
});

it("a name that must not exist is right when the response code says so", async () => {
  const absent = { qname: "a.example", address: undefined };
  const port = await serve("192.0.2.2", 0, 3);
  await expect(waitUntilRight(running, port, [absent])).resolves.toBeUndefined();
  expect(await countWrong(port, [absent], 0)).toBe(0);
});

it("a name that must not exist and does is told", async () => {
  const port = await serve("192.0.2.2");
  const absent = { qname: "a.example", address: undefined };
  await expect(waitUntilRight(running, port, [absent], 0)).rejects.toThrow(
    'wrong answer for "a.example": response code 0 192.0.2.2, where response code 3 is right',
  );
});

it("answers that stay wrong are counted, those that come right in time are not", async () => {
  const names = ["192.0.2.1", "192.0.2.2", "192.0.2.1"].map((address, index) => {
    return { qname: `${index}.example`, address };
  });
  expect(await countWrong(await serve("192.0.2.1"), names, 0)).toBe(1);
  socket.close();
  expect(await countWrong(await serve("192.0.2.2", 1), names.slice(1, 2), 10_000)).toBe(0);
});
