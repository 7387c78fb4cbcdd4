import type { DnsServer, ServeOptions } from "../cluster/dns-server.ts";

/** A server that is measured. */
export interface Contestant {
  readonly name: "portolan" | "coredns";
  readonly serve: (options: ServeOptions) => Promise<DnsServer>;
}

/** How much is spent. */
export interface Effort {
  /** All that the survey asks for, rather than what a minute or so has room for. */
  readonly isFull: boolean;
}

export interface Result {
  /** `0 of 20,000 lost`. */
  readonly text: string;
  readonly isMet: boolean;
  /** Why it is not met, or what it does not say. */
  readonly note?: string;
}

/** One line of the scoreboard. */
export interface Figure {
  /** As in the survey: `S6`. */
  readonly id: string;
  readonly what: string;
  readonly goal: string;
  readonly measure: (contestant: Contestant, effort: Effort) => Promise<Result>;
  /** What is known of CoreDNS where it is not measured here; undefined if it is measured. */
  readonly coredns?: string;
}

/** Does something with a server, and stops it however that ends. */
export async function withServer<T>(
  contestant: Contestant,
  options: ServeOptions,
  act: (server: DnsServer) => Promise<T>,
): Promise<T> {
  const server = await contestant.serve(options);
  try {
    return await act(server);
  } finally {
    await server.stop();
  }
}

/** `12,345` */
export function count(value: number): string {
  return value.toLocaleString("en");
}

export function inMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
