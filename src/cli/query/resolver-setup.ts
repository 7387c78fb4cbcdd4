import { readFileSync } from "node:fs";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Name } from "../../dns/name.ts";
import type { Candidate } from "../../explain/search-list.ts";
import { candidatesOf } from "../../explain/search-list.ts";
import type { ResolverOptions } from "../../upstream/resolv-conf.ts";
import {
  parseNameservers,
  parseResolverOptions,
  parseSearchList,
} from "../../upstream/resolv-conf.ts";
import type { Lookup } from "./command-line.ts";
import type { Endpoint } from "./endpoint.ts";
import { CommandLineError } from "./command-line-error.ts";
import type { Transport } from "./settings.ts";

const PORTS: Readonly<Record<Transport, number>> = {
  udp: 53,
  tcp: 53,
  tls: 853,
  https: 443,
  http: 80,
};
/** The C library's limit. */
const MAX_SERVERS = 3;
/** What it takes where nothing is said. */
const NDOTS = 1;

/** A resolv.conf, as far as questions go. */
export interface ResolverSetup extends ResolverOptions {
  readonly servers: readonly string[];
  readonly search: readonly Name[];
}

/** Without the file, this machine is asked. */
export function readResolverSetup(path: string = "/etc/resolv.conf"): ResolverSetup {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // As if it were empty.
  }
  const found = parseNameservers(text).slice(0, MAX_SERVERS);
  return {
    servers: found.length > 0 ? found : ["127.0.0.1"],
    search: parseSearchList(text),
    ...parseResolverOptions(text),
  };
}

/**
 * Where to ask, in order.
 * @throws {CommandLineError} if the server's name has no address, or it has none of the family that was asked for
 */
export async function endpointsOf(
  { server, port: asked, family }: Lookup,
  transport: Transport,
  setup: ResolverSetup,
): Promise<readonly Endpoint[]> {
  const port = server?.port ?? asked ?? PORTS[transport];
  const hosts = server ? [server.host] : setup.servers;
  const lists = await Promise.all(hosts.map((host) => addressesOf(host)));
  const all = lists.flatMap((addresses, i) => {
    return addresses.map((address) => ({ address, port, host: hosts[i] ?? address }));
  });
  const endpoints = all.filter(({ address }) => isFamily(address, family));
  if (endpoints.length > 0) return endpoints;
  const where = hosts.map((host) => `"${host}"`).join(", ");
  throw new CommandLineError(`Cannot query server ${where}: it has no IPv${family ?? 4} address`);
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => address);
  } catch {
    throw new CommandLineError(`Cannot query server "${host}": no address is known for that name`);
  }
}

function isFamily(address: string, family: 4 | 6 | undefined): boolean {
  return family === undefined || isIP(address) === family;
}

/** The names to ask for, one after the other, until one exists: but one without `+search`. */
export function namesToAsk(lookup: Lookup, setup: ResolverSetup): readonly Name[] {
  const { name, isAbsolute, settings } = lookup;
  if (!settings.searches || isAbsolute) return [name];
  const search = settings.domain ? [settings.domain] : setup.search;
  const ndots = settings.ndots ?? setup.ndots ?? NDOTS;
  const relative = name.toString().slice(0, -1);
  return candidatesOf(relative, search, ndots).map((candidate: Candidate) => candidate.name);
}
