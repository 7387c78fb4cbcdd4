import {
  noArguments,
  noBody,
  oneArgument,
  parseDurationMs,
  parseInteger,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { parseNetwork } from "../../net/network.ts";
import type { AddressRange } from "./address-range.ts";

export interface ConnectOptions {
  range: AddressRange;
  /** How long a name that nobody asks for keeps its ports open. */
  idleMs: number;
  /** Names that have ports open at a time. */
  maxNames: number;
  /** Connections at a time. */
  maxConnections: number;
}

/** The first and last sixteenth are others': 127.0.0.1, systemd-resolved's 127.0.0.53, Debian's 127.0.1.1. */
const DEFAULT_RANGE: AddressRange = rangeOf("127.96.0.0/12");
const IDLE_MS = 30 * 60_000;
const MIN_IDLE_MS = 60_000;
const MAX_NAMES = 1_000;
const MAX_CONNECTIONS = 4_096;
/** So that there is room for more than a few names. */
const MAX_BITS = 29;

type Property = (sub: Directive, options: ConnectOptions) => void;

const PROPERTIES: Readonly<Record<string, Property>> = {
  range(sub, options) {
    options.range = parseRange(oneArgument(sub));
  },
  idle(sub, options) {
    options.idleMs = parseDurationMs(oneArgument(sub), { min: MIN_IDLE_MS });
  },
  names(sub, options) {
    options.maxNames = parseInteger(oneArgument(sub), { min: 1, max: 10_000 });
  },
  connections(sub, options) {
    options.maxConnections = parseInteger(oneArgument(sub), { min: 1, max: 65_536 });
  },
};

/** Reads `connect { ... }`. */
export function parseConnect(directive: Directive): ConnectOptions {
  noArguments(directive);
  for (const sub of directive.body) noBody(sub);
  return subDirectives(directive, PROPERTIES, {
    range: DEFAULT_RANGE,
    idleMs: IDLE_MS,
    maxNames: MAX_NAMES,
    maxConnections: MAX_CONNECTIONS,
  });
}

function parseRange(token: Token): AddressRange {
  const network = parseNetwork(token.text);
  const isLoopback = network?.octets.length === 4 && network.octets[0] === 127 && network.bits >= 8;
  if (!isLoopback || !network.isExact || network.bits > MAX_BITS) {
    const wanted = `a range of 127.0.0.0/8 with a prefix from /8 to /${MAX_BITS}, as 127.96.0.0/12`;
    throw tokenError(token, `invalid range "${token.text}": expected ${wanted}`);
  }
  return rangeOf(token.text);
}

function rangeOf(text: string): AddressRange {
  const { octets = [], bits = 0 } = parseNetwork(text) ?? {};
  const first = Buffer.from(octets).readUInt32BE();
  return { text, first, count: 2 ** (32 - bits) };
}
