import { isIP, isIPv6 } from "node:net";
import { parseGoDuration } from "../corefile/go-duration.ts";

/** What the flags of NodeLocal DNSCache say. */
export interface NodeCacheOptions {
  /** All of one family. */
  readonly localAddresses: readonly string[];
  readonly templatePath: string;
  readonly corefilePath: string;
  readonly kubeDnsFolder: string | undefined;
  /** Of the Service: a name. */
  readonly upstreamService: string;
  /** Undefined if there is to be no interface. */
  readonly interfaceName: string | undefined;
  readonly hasRules: boolean;
  readonly syncIntervalMs: number;
  readonly isTornDown: boolean;
  readonly healthPort: number;
  /** HOST:PORT of the metrics of setting up. */
  readonly metricsAddress: string;
  readonly isReloadedBySignal: boolean;
}

const MAX_INTERFACE_NAME = 15;
/** What Node's timers can wait for at most, rounded. */
const MAX_INTERVAL_MS = 24 * 3_600_000;

/**
 * @param values as given, by the flag's name
 * @throws {TypeError} for a value that is wrong
 */
export function readNodeCacheOptions(values: ReadonlyMap<string, string>): NodeCacheOptions {
  const interfaceName = values.get("interfacename") ?? "nodelocaldns";
  if (!/^[^\s/]+$/.test(interfaceName) || Buffer.byteLength(interfaceName) > MAX_INTERFACE_NAME) {
    throw bad("interfacename", interfaceName, "not a name of an interface");
  }
  return {
    localAddresses: readAddresses(values.get("localip") ?? ""),
    templatePath: values.get("basecorefile") ?? "/etc/coredns/Corefile.base",
    corefilePath: values.get("conf") ?? values.get("corefile") ?? "/etc/Corefile",
    kubeDnsFolder: values.get("kubednscm") || undefined,
    upstreamService: values.get("upstreamsvc") ?? "kube-dns",
    interfaceName: readSwitch(values, "setupinterface", true) ? interfaceName : undefined,
    hasRules: readSwitch(values, "setupiptables", true),
    syncIntervalMs: readInterval(values.get("syncinterval") ?? "60s"),
    isTornDown: !readSwitch(values, "skipteardown", false),
    healthPort: readPort(values.get("health-port") ?? "8080"),
    metricsAddress: readMetricsAddress(values.get("metrics-listen-address") ?? "0.0.0.0:9353"),
    isReloadedBySignal: readSwitch(values, "reloadwithsignal", false),
  };
}

function readAddresses(text: string): readonly string[] {
  const addresses = text.split(",");
  for (const address of addresses) {
    if (isIP(address) === 0) throw bad("localip", address, "not an IP address");
    if (isIPv6(address) !== isIPv6(addresses[0] ?? "")) {
      throw bad("localip", text, "addresses of both families");
    }
  }
  return addresses;
}

/** As Go's `flag` reads them. */
function readSwitch(values: ReadonlyMap<string, string>, name: string, usually: boolean): boolean {
  const text = values.get(name);
  if (text === undefined) return usually;
  if (/^(?:1|t|T|true|TRUE|True|)$/.test(text)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw bad(name, text, "neither true nor false");
}

/** node-cache takes nanoseconds for seconds: "60ns" is a minute there, and whoever has found that out means it. */
function readInterval(text: string): number {
  const [, seconds] = /^(\d+)(?:ns)?$/.exec(text) ?? [];
  const ms = seconds === undefined ? parseGoDuration(text) : Number(seconds) * 1000;
  if (ms !== undefined && ms >= 1000 && ms <= MAX_INTERVAL_MS) return ms;
  throw bad("syncinterval", text, "not a time between a second and a day, as 60s");
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw bad("health-port", text, "not a port between 0 and 65535");
}

function readMetricsAddress(text: string): string {
  const [, port] = /^(?:[^:[\]\s]*|\[[\da-f:.%a-z]+\]):(\d{1,5})$/i.exec(text) ?? [];
  if (port !== undefined && Number(port) <= 65_535) return text;
  throw bad("metrics-listen-address", text, "not HOST:PORT");
}

function bad(flag: string, text: string, state: string): TypeError {
  return new TypeError(`Cannot parse flag -${flag} "${text}": ${state}`);
}
