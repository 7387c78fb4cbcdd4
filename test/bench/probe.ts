import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { decode, encode } from "dns-packet";
import { PeerUnavailable } from "./bench-error.ts";
import type { RunningProcess } from "./processes.ts";

/** A name, and the one address that it must have; undefined for a name that must not exist. */
export interface Expected {
  readonly qname: string;
  readonly address: string | undefined;
}

/** What came back. */
export interface Reply {
  /** Response code, 0 for NOERROR. */
  readonly rcode: number;
  readonly addresses: readonly string[];
}

const START_TIMEOUT_MS = 20_000;
const REPLY_TIMEOUT_MS = 500;
const RETRY_INTERVAL_MS = 50;

const NXDOMAIN = 3;

/** Any reply to it will do. */
const ANYTHING: Expected = { qname: "anything.example", address: "" };

/**
 * Waits until the server answers, then holds its answers against what they must be. A server that only
 * returns packets (`expected` is empty then) has to return one.
 *
 * @throws PeerUnavailable when it ends, is still silent or wrong when the time is up
 */
export async function waitUntilRight(
  server: RunningProcess,
  port: number,
  expected: readonly Expected[],
  timeoutMs: number = START_TIMEOUT_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const names = expected.length > 0 ? expected : [ANYTHING];
  for (const { qname, address } of names) {
    let said = await askAddress(port, qname);
    while (said === undefined || !isRight(said, address)) {
      const ending = server.ending();
      if (ending !== undefined) throw new PeerUnavailable(ending);
      if (performance.now() > deadline) throw new PeerUnavailable(complaint(qname, said, address));
      await sleep(RETRY_INTERVAL_MS);
      said = await askAddress(port, qname);
    }
  }
}

/** How many of these answers are not right, and do not become so before the time is up. */
export async function countWrong(
  port: number,
  expected: readonly Expected[],
  timeoutMs: number,
): Promise<number> {
  const deadline = performance.now() + timeoutMs;
  let wrong = 0;
  for (const { qname, address } of expected) {
    let said = await askAddress(port, qname);
    while ((said === undefined || !isRight(said, address)) && performance.now() < deadline) {
      await sleep(RETRY_INTERVAL_MS);
      said = await askAddress(port, qname);
    }
    if (said === undefined || !isRight(said, address)) wrong++;
  }
  return wrong;
}

/** Asks for A records over UDP; undefined when no reply comes within half a second. */
export async function askAddress(port: number, qname: string): Promise<Reply | undefined> {
  const socket = createSocket("udp4");
  const id = randomInt(0x10000);
  const question = { type: "A", name: qname } as const;
  try {
    socket.connect(port, "127.0.0.1");
    await once(socket, "connect");
    const timeout = AbortSignal.timeout(REPLY_TIMEOUT_MS);
    const arrived = once(socket, "message", { signal: timeout });
    socket.send(encode({ type: "query", id, flags: 0x100, questions: [question] }));
    const [packet]: unknown[] = await arrived;
    if (!Buffer.isBuffer(packet)) return undefined;
    const { flags = 0, answers = [] } = decode(packet);
    const addresses = answers.flatMap((record) => (record.type === "A" ? [record.data] : []));
    return { rcode: flags & 15, addresses };
  } catch {
    // Nobody listens yet, or nobody replies: the caller asks again.
    return undefined;
  } finally {
    socket.close();
  }
}

function isRight(reply: Reply, address: string | undefined): boolean {
  if (address === undefined) return reply.rcode === NXDOMAIN;
  if (reply.rcode !== 0) return false;
  return address === "" || (reply.addresses.length === 1 && reply.addresses[0] === address);
}

function complaint(qname: string, said: Reply | undefined, address?: string): string {
  if (said === undefined) return `no reply for "${qname}"`;
  const found = [`response code ${said.rcode}`, ...said.addresses].join(" ");
  const right = address ?? `response code ${NXDOMAIN}`;
  return `wrong answer for "${qname}": ${found}, where ${right} is right`;
}
