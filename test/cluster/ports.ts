import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { isFreeOverUdp } from "../bench/free-port.ts";

/**
 * Below the range from which systems take ports for outgoing connections (32768 and up on Linux), so that
 * nobody's connection sits on the port of a server that is just being restarted.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 50;
const ADDRESS = "127.0.0.1";

/** A port of 127.0.0.1 that nobody uses at this moment, neither over UDP nor over TCP. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST);
    if ((await isFreeOverTcp(port)) && (await isFreeOverUdp(port))) return port;
  }
  throw new Error(`Cannot find a free port: ${ATTEMPTS} of them were in use`);
}

export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

async function isFreeOverTcp(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, ADDRESS), "listening");
    server.close();
    await once(server, "close");
    return true;
  } catch {
    return false;
  }
}
