import { join } from "node:path";
import { findProgram, goBinaryFolders } from "../bench/find-program.ts";
import { ROOT } from "../run-portolan.ts";
import type { ServeOptions } from "./dns-server.ts";
import { DnsServer } from "./dns-server.ts";

/** Starts the bundle, as `npm start` does. */
export function servePortolan(options: ServeOptions): Promise<DnsServer> {
  const args = [
    "--max-semi-space-size=4",
    "--initial-old-space-size=48",
    join(ROOT, "dist/main.js"),
  ];
  return DnsServer.start({ name: "portolan", path: process.execPath, args }, options);
}

/** Undefined where CoreDNS is not installed. */
export function findCoreDns(): string | undefined {
  return findProgram("coredns", goBinaryFolders());
}

/** @throws {Error} if it is not installed: ask `findCoreDns` first */
export async function serveCoreDns(options: ServeOptions): Promise<DnsServer> {
  const path = findCoreDns();
  if (path === undefined)
    throw new Error('Cannot start "coredns": not in PATH, nor in Go\'s folder');
  const server = await DnsServer.start({ name: "coredns", path, args: [] }, options);
  // It says that it is ready a tenth of a second before it listens.
  if (options.wait !== "nothing") await server.untilAnswering();
  return server;
}
