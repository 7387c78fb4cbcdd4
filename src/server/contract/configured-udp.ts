import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { UdpSettings } from "../../transport/udp-settings.ts";

/** How UDP is to be served, with the words that say so; what is left out is the server's choice. */
export interface ConfiguredUdp {
  readonly implementation?: Said<"native" | "node">;
  readonly threads?: Said<number>;
  /** Sockets that the threads read, where these are more. */
  readonly sockets?: Said<number>;
}

export interface Said<T> {
  readonly value: T;
  readonly at: Token;
  /** Where server blocks of one address differ, the first one is followed rather than an error. */
  readonly yields?: boolean;
}

/**
 * What two server blocks of one address and port want.
 * @throws {CorefileError} if it cannot be both
 */
export function joinConfiguredUdp(first: ConfiguredUdp, second: ConfiguredUdp = {}): ConfiguredUdp {
  const implementation = join(first.implementation, second.implementation);
  const threads = join(first.threads, second.threads);
  const sockets = join(first.sockets, second.sockets);
  return {
    ...(implementation && { implementation }),
    ...(threads && { threads }),
    ...(sockets && { sockets }),
  };
}

function join<T>(first: Said<T> | undefined, second: Said<T> | undefined): Said<T> | undefined {
  if (!first || !second) return first ?? second;
  if (first.value === second.value || second.yields === true) return first;
  const other = `another server block of the address says "${first.at.text}"`;
  throw tokenError(second.at, `cannot serve by "${second.at.text}": ${other}`);
}

export function udpSettings({ implementation, threads, sockets }: ConfiguredUdp): UdpSettings {
  const settings = { implementation: implementation?.value, threads: threads?.value };
  return sockets ? { ...settings, sockets: sockets.value } : settings;
}

export function isSameUdp(one: ConfiguredUdp, other: ConfiguredUdp): boolean {
  const [a, b] = [udpSettings(one), udpSettings(other)];
  return (
    a.implementation === b.implementation && a.threads === b.threads && a.sockets === b.sockets
  );
}
