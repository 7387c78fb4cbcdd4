/** How UDP is to be served, as the Corefile has it; what is left out is the server's choice. */
export interface UdpSettings {
  /** `native` takes many packets by one system call, on Linux; `node` is node:dgram. */
  readonly implementation?: "native" | "node" | undefined;
  /** Threads that receive and answer from memory; with 0 the main thread does. */
  readonly threads?: number | undefined;
  /** Sockets that they read, if more than one each. */
  readonly sockets?: number | undefined;
}

const MAX_THREADS = 4;

/**
 * How many threads receive if nobody says. With one CPU or less they would only take turns with the
 * main thread: it does it alone, and a query that is not in memory costs a quarter less. Without
 * anything in memory threads have nothing to do.
 * @param sockets addresses and ports served: each has threads of its own
 */
export function defaultThreads(cpus: number, sockets: number, hasMemory: boolean): number {
  if (!hasMemory || cpus < 2) return 0;
  return Math.max(1, Math.floor(Math.min(MAX_THREADS, cpus) / sockets));
}
