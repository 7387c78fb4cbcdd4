import { isIP } from "node:net";
import { reverseZones } from "../corefile/reverse-zones.ts";
import { Name } from "../dns/name.ts";
import { hostPort } from "../net/host-port.ts";

/** Where Portolan listens. */
export interface StubServer {
  /** A loopback address. */
  readonly address: string;
  readonly port: number;
}

/** What the system is to ask whom. */
export interface StubSetting {
  readonly server: StubServer;
  /** Zones whose names come to us, without the final dot, in lower case. */
  readonly zones: readonly string[];
  /** What names are completed with, likewise. */
  readonly search: readonly string[];
}

/** Neither needs rights to listen, nor is it somebody else's. */
export const DEFAULT_SERVER = "127.0.0.1:10053";
/** Loopback addresses are nobody's elsewhere: their names can be asked of us without harm. */
export const DEFAULT_ZONES: readonly string[] = ["cluster.local", "127.0.0.0/8"];
/** More are a mistake, and resolvers have limits of their own. */
const MAX_ZONES = 256;

/**
 * @param zones names, or networks whose reverse zones are meant
 * @param search with commas, "off" for none; without it `svc.` in front of the first zone that is not a reverse one
 * @throws {TypeError} for what is no loopback address, no port, no zone
 */
export function parseSetting(
  server: string,
  zones: readonly string[],
  search: string | undefined,
): StubSetting {
  const all = (zones.length > 0 ? zones : DEFAULT_ZONES).flatMap(parseZone);
  const [first] = all.filter((zone) => !zone.endsWith(".arpa"));
  const unsaid = first === undefined ? [] : [`svc.${first}`];
  if (all.length > MAX_ZONES) {
    throw new TypeError(`Cannot send ${all.length} zones: at most ${MAX_ZONES} can be`);
  }
  return {
    server: parseServer(server),
    zones: [...new Set(all)],
    search: search === undefined ? unsaid : parseSearch(search),
  };
}

/** `127.0.0.1:10053` */
export function writtenServer({ address, port }: StubServer): string {
  return hostPort(address, port);
}

function parseServer(text: string): StubServer {
  const [, ipv6, ipv4, digits = "53"] = /^(?:\[(.+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = ipv6 ?? ipv4 ?? text;
  const port = Number(digits);
  const isLoopback = isIP(address) === 4 ? address.startsWith("127.") : address === "::1";
  if (!isLoopback) {
    throw new TypeError(
      `Cannot send questions to "${text}": expected a loopback address, as ${DEFAULT_SERVER}`,
    );
  }
  if (port >= 1 && port <= 65_535) return { address, port };
  throw new TypeError(`Cannot send questions to "${text}": not a port between 1 and 65535`);
}

function parseZone(text: string): string[] {
  if (text.includes("/")) {
    const zones = reverseZones(text);
    if (zones) return zones.map(withoutDot);
    throw new TypeError(`Cannot send zone "${text}": not a network`);
  }
  return [parseName("zone", text)];
}

function parseSearch(text: string): string[] {
  return text === "off" ? [] : text.split(",").map((name) => parseName("search domain", name));
}

/** Names go into files of others: only letters that no such file takes for something else. */
function parseName(what: string, text: string): string {
  const name = withoutDot(text.toLowerCase());
  if (name !== "" && Name.tryParse(name) && /^[a-z0-9_.-]+$/.test(name) && name[0] !== "-") {
    return name;
  }
  throw new TypeError(`Cannot send ${what} "${text}": not a name below the root`);
}

function withoutDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
