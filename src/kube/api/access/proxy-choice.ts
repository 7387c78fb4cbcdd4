import { BlockList, isIP } from "node:net";
import { AccessError } from "../access.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that client-go would take where a kubeconfig names none: HTTPS_PROXY or HTTP_PROXY
 * by the server's scheme, unless NO_PROXY names the server or it is this machine. Names in
 * capitals come first.
 * @throws {AccessError} if the variable is not the URL of an HTTP proxy
 */
export function chooseProxy(server: URL, environment: Environment): URL | undefined {
  const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const text = variable(environment, name);
  if (text === "" || isExempt(server, variable(environment, "NO_PROXY"))) return undefined;
  return parseProxy(text, name);
}

/**
 * @param text a URL, or host and port of an HTTP proxy
 * @param source where it is written, for messages
 * @throws {AccessError}
 */
export function parseProxy(text: string, source: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  // The text itself may have a password in it.
  if (!url || url.hostname === "") {
    throw new AccessError(
      `Cannot use the proxy of ${source}: not a URL such as "http://proxy.example:3128"`,
    );
  }
  if (/^https?:$/.test(url.protocol)) return url;
  const name = `${url.protocol}//${url.host}`;
  throw new AccessError(
    `Cannot use proxy "${name}" of ${source}: only http and https proxies are supported`,
  );
}

function variable(environment: Environment, name: string): string {
  return environment[name] || environment[name.toLowerCase()] || "";
}

/** Whether a server is reached without a proxy: rules and syntax of Go's NO_PROXY. */
function isExempt(server: URL, list: string): boolean {
  const host = bare(server.hostname.toLowerCase());
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  if (host === "localhost" || isLoopback(host)) return true;
  return list
    .toLowerCase()
    .split(",")
    .map((entry) => entry.trim())
    .some((entry) => entry !== "" && names(entry, host, port));
}

function names(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const family = isIP(host);
  if (entry.includes("/")) return family !== 0 && isInPrefix(host, entry);
  const { host: name, port: only } = splitPort(entry);
  if (only !== "" && only !== port) return false;
  if (isIP(name) !== 0) return family !== 0 && isInPrefix(host, name);
  if (family !== 0) return false;
  // ".example.com" and "*.example.com" leave out example.com itself.
  const suffix = name.replace(/^\*/, "");
  if (suffix.startsWith(".")) return host.endsWith(suffix);
  return host === suffix || host.endsWith(`.${suffix}`);
}

/** `10.0.0.1:6443`, `[fd00::1]:6443`, `fd00::1` */
function splitPort(entry: string): { host: string; port: string } {
  if (isIP(entry) === 6) return { host: entry, port: "" };
  const match = /^(.*?)(?::(\d+))?$/.exec(entry);
  return { host: bare(match?.[1] ?? entry), port: match?.[2] ?? "" };
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

function isLoopback(host: string): boolean {
  return isIP(host) !== 0 && LOOPBACK.check(host, familyOf(host));
}

/** @param prefix an address, or one with a length; what cannot be read holds nothing */
function isInPrefix(address: string, prefix: string): boolean {
  const [base = "", length = isIP(base) === 6 ? "128" : "32"] = prefix.split("/");
  if (isIP(base) === 0) return false;
  const block = new BlockList();
  try {
    block.addSubnet(base, Number(length), familyOf(base));
  } catch {
    return false;
  }
  return block.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
