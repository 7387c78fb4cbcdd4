import { isIP } from "node:net";
import type { ClientSubnet } from "../../dns/edns.ts";
import { Name } from "../../dns/name.ts";
import { parseIpv4, parseIpv6 } from "../../dns/rdata/ip-address.ts";
import { nearestName } from "../../text/nearest-name.ts";
import type { QueryOption } from "../commands/query-options.ts";
import { QUERY_OPTIONS } from "../commands/query-options.ts";
import type { Flag } from "../flag-description.ts";
import { ExitCode, CommandLineError } from "./command-line-error.ts";
import type { Settings, Shown } from "./settings.ts";
import { showing } from "./settings.ts";

type Setter = (settings: Settings, on: boolean, value: string) => void;

type Switch = {
  [K in keyof Settings]: Settings[K] extends boolean ? K : never;
}[keyof Settings];
type Count = "timeoutSeconds" | "tries" | "ndots" | "payloadSize";

function sets(key: Switch): Setter {
  return (settings, on) => (settings[key] = on);
}

function counts(key: Count, max: number, min = 0): Setter {
  return (settings, _on, value) => (settings[key] = Math.max(min, integer(value, max)));
}

function shows(key: keyof Shown): Setter {
  return ({ shown }, on) => (shown[key] = on);
}

/** What each option does; `commands/query-options.ts` describes them. */
const SETTERS: Readonly<Record<QueryOption, Setter>> = {
  "+short": sets("short"),
  "+tcp": (settings, on) => (settings.transport = on ? "tcp" : "udp"),
  "+tls": (settings, on) => (settings.transport = on ? "tls" : undefined),
  "+https": setsHttp("https"),
  "+http-plain": setsHttp("http"),
  "+tls-ca": (settings, on, value) => (settings.tlsCa = on && value !== "" ? value : on),
  "+tls-hostname": (settings, on, value) => (settings.tlsHostname = on ? value : undefined),
  "+dnssec": sets("dnssecOk"),
  "+bufsize": counts("payloadSize", 65_535),
  "+edns"(settings, on, value) {
    settings.ednsVersion = on ? integer(value === "" ? "0" : value, 255) : undefined;
  },
  "+ednsnegotiation": sets("negotiatesEdns"),
  "+recurse": sets("recursionDesired"),
  "+adflag": sets("authenticData"),
  "+cdflag": sets("checkingDisabled"),
  "+subnet": (settings, on, value) => (settings.subnet = on ? parseSubnet(value) : undefined),
  "+nsid": sets("nsid"),
  "+cookie": (settings, on, value) => (settings.cookie = value === "" ? on : parseCookie(value)),
  "+badcookie": sets("retriesBadCookie"),
  "+time": counts("timeoutSeconds", 65_535, 1),
  "+tries": counts("tries", 255, 1),
  "+retry": (settings, _on, value) => (settings.tries = integer(value, 254) + 1),
  "+search": sets("searches"),
  "+showsearch": (settings, on) => (settings.searches = settings.showsSearch = on),
  "+domain"(settings, _on, value) {
    settings.domain = Name.tryParse(value);
    if (!settings.domain) throw new WrongValue("not a name", ExitCode.INTERNAL);
    settings.searches = true;
  },
  "+ndots": counts("ndots", 255),
  "+ignore": sets("ignoresTruncation"),
  "+dns2": sets("dns2"),
  "+all"({ shown }, on) {
    const { ttlid, class: rrClass } = shown;
    Object.assign(shown, showing(on), { ttlid, class: rrClass });
  },
  "+cmd": shows("cmd"),
  "+comments": shows("comments"),
  "+question": shows("question"),
  "+answer": shows("answer"),
  "+authority": shows("authority"),
  "+additional": shows("additional"),
  "+stats": shows("stats"),
  "+ttlid": shows("ttlid"),
  "+class": shows("class"),
};

interface Option extends Flag {
  /** Its own, and the others that it is known by. */
  readonly names: readonly string[];
  readonly set: Setter;
}

const OPTIONS: readonly Option[] = Object.entries<Flag>(QUERY_OPTIONS).map(([name, flag]) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key of that very table
  const set = SETTERS[name as QueryOption];
  return { ...flag, names: [name, ...(flag.also ?? [])].map((one) => one.slice(1)), set };
});

/** What is wrong with a value. */
class WrongValue extends Error {
  readonly exitCode: number;

  constructor(state: string, exitCode: number) {
    super(state);
    this.exitCode = exitCode;
  }
}

/**
 * Applies a word as `+short`, `+notcp`, `+bufsize=512`.
 * @throws {CommandLineError} if there is no such option, or its value is none
 */
export function applyPlusOption(word: string, settings: Settings): void {
  const [, name = "", value] = /^\+([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const positive = findOption(name);
  const negative = name.startsWith("no") ? findOption(name.slice(2)) : undefined;
  const option = positive ?? (negative?.isNegatable ? negative : undefined);
  if (!option) throw unknownOption(name);
  const on = positive !== undefined;
  if (value !== undefined && (!on || option.value === undefined)) {
    throw new CommandLineError(`Cannot use option +${name} with "${value}": it takes no value`);
  }
  if (on && value === undefined && option.value !== undefined && !option.isOptional) {
    throw new CommandLineError(`Cannot use option +${name}: its value is missing`);
  }
  try {
    option.set(settings, on, value ?? "");
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    const message = `Cannot use option +${name} "${value}": ${error.message}`;
    throw new CommandLineError(message, error.exitCode);
  }
}

/** A beginning of a name is enough if there is but one, as for dig: `+rec`. */
function findOption(name: string): Option | undefined {
  const exact = OPTIONS.find(({ names }) => names.includes(name));
  if (exact || name === "") return exact;
  const begun = OPTIONS.filter(({ names }) => names.some((one) => one.startsWith(name)));
  return begun.length === 1 ? begun[0] : undefined;
}

function unknownOption(name: string): CommandLineError {
  const known = OPTIONS.flatMap(({ names, isNegatable }) => {
    return isNegatable ? names.flatMap((one) => [one, `no${one}`]) : names;
  });
  const nearest = nearestName(name, known);
  const hint =
    nearest === undefined ? '"portolan help query" lists them' : `did you mean +${nearest}?`;
  return new CommandLineError(`Cannot use option +${name}: there is none of that name, ${hint}`);
}

function setsHttp(transport: "https" | "http"): Setter {
  return (settings, on, value) => {
    settings.transport = on ? transport : undefined;
    if (value !== "") settings.path = value.startsWith("/") ? value : `/${value}`;
  };
}

function integer(text: string, max: number): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= max) return Number(text);
  throw new WrongValue(`not a number from 0 to ${max}`, ExitCode.INTERNAL);
}

/** `192.0.2.0/24`, `2001:db8::/32`, an address alone, or 0 for "tell nobody" (RFC 7871 §7.1.2). */
function parseSubnet(text: string): ClientSubnet {
  const [, address = "", prefix] =
    /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text === "0" ? "0.0.0.0/0" : text) ?? [];
  const family = isIP(address);
  const bits = family === 6 ? 128 : 32;
  const octets = family === 6 ? parseIpv6(address) : parseIpv4(address);
  const length = Number(prefix ?? bits);
  if (!octets || length > bits) {
    throw new WrongValue("not an address and a prefix length", ExitCode.USAGE);
  }
  const kept = Buffer.from(octets.subarray(0, Math.ceil(length / 8)));
  const last = kept.length - 1;
  // Bits beyond the prefix are zero (RFC 7871 §6).
  if (length % 8 > 0) kept[last] = (kept[last] ?? 0) & (0xff << (8 - (length % 8)));
  return {
    family: family === 6 ? 2 : 1,
    sourcePrefixLength: length,
    scopePrefixLength: 0,
    address: kept,
  };
}

/** The client's 8 octets, and perhaps the server's 8 to 32 (RFC 7873 §4). */
function parseCookie(text: string): Buffer {
  const octets = Buffer.from(text, "hex");
  const isHex = 2 * octets.length === text.length;
  if (isHex && (octets.length === 8 || (octets.length >= 16 && octets.length <= 40))) return octets;
  throw new WrongValue("not 8 or 16 to 40 octets in hex", ExitCode.USAGE);
}
