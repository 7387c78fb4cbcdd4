import { hostPort } from "../../net/host-port.ts";
import { readFile } from "node:fs/promises";
import { reasonOf } from "../../corefile/corefile-error.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { Metrics } from "../../observe/metrics.ts";
import { readTlsFiles } from "../../server/tls-files.ts";
import { parseNameservers } from "../../upstream/resolv-conf.ts";
import { resolveHost } from "../../upstream/resolve-host.ts";
import type { TlsSettings } from "../../upstream/connector.ts";
import type { TimerWheel } from "../../upstream/timer-wheel.ts";
import type { UpstreamSettings } from "../../upstream/upstream.ts";
import { Upstream } from "../../upstream/upstream.ts";
import { UpstreamMetrics } from "../../upstream/upstream-metrics.ts";
import type { ForwardOptions } from "./parse.ts";
import { patienceMs } from "./patience.ts";
import type { Target } from "./target.ts";

/** What the upstreams of a server block share. */
export interface BuildContext {
  readonly wheel: TimerWheel;
  readonly metrics: Metrics;
  /** Where a path of the Corefile leads. */
  readonly pathOf: (path: string) => string;
}

export interface FoundTargets {
  readonly targets: readonly Target[];
  readonly tls: TlsSettings | undefined;
}

/**
 * Makes the upstreams of one `forward`: reads resolv.conf files and certificates, looks up host
 * names. An upstream named twice is there once.
 * @throws {CorefileError} if a file or a name does not yield what is needed.
 */
export async function openUpstreams(
  options: ForwardOptions,
  around: BuildContext,
): Promise<Upstream[]> {
  const { targets, tls } = await findTargets(options, around);
  return targets.map((target) => makeUpstream(target, options, around, tls));
}

/** What makes an upstream another one. */
export function idOf({ host, port, isTls, serverName = "" }: Target): string {
  return `${isTls ? "tls" : "dns"} ${hostPort(host, port)} ${serverName.toLowerCase()}`;
}

/**
 * What upstreams are made of, each once: reads files, looks up host names, and opens nothing.
 * @throws {CorefileError} if a file or a name does not yield what is needed.
 */
export async function findTargets(
  options: ForwardOptions,
  around: Pick<BuildContext, "pathOf">,
): Promise<FoundTargets> {
  const found = await findTargetsIfAny(options, around);
  const [first] = options.to;
  if (found.targets.length > 0 || !first) return found;
  throw tokenError(first.at, `cannot forward to "${first.at.text}": it names no server`);
}

/** The same for who can do without: a file may name nobody. @throws {CorefileError} */
export async function findTargetsIfAny(
  options: ForwardOptions,
  around: Pick<BuildContext, "pathOf">,
): Promise<FoundTargets> {
  const expanded = await Promise.all(
    options.to.map((target) => expand(target, options.resolvers, around)),
  );
  const targets = new Map<string, Target>();
  for (const target of expanded.flat()) {
    const id = idOf(target);
    if (!targets.has(id)) targets.set(id, target);
  }
  const tls = await tlsSettings(options, around.pathOf);
  return { targets: [...targets.values()], tls };
}

export function makeUpstream(
  target: Target,
  options: ForwardOptions,
  { wheel, metrics }: BuildContext,
  tls: TlsSettings | undefined,
): Upstream {
  const to = hostPort(target.host, target.port);
  const { host: address, port, isTls, serverName } = target;
  const endpoint = { address, port, localAddress: options.sourceAddress };
  const ownTls = tls && isTls ? { tls: { ...tls, serverName: serverName ?? tls.serverName } } : {};
  return new Upstream(
    { to, endpoint, ...ownTls },
    upstreamSettings(options),
    wheel,
    new UpstreamMetrics(metrics, "forward", to),
  );
}

function upstreamSettings(options: ForwardOptions): UpstreamSettings {
  const { domain, recursionDesired, intervalMs } = options.healthCheck;
  return {
    readTimeoutMs: options.readTimeoutMs,
    // Half of the time, so that a stalled handshake leaves some for another attempt.
    setupTimeoutMs: patienceMs(options.readTimeoutMs) / (options.maxConnectAttempts === 1 ? 1 : 2),
    expireMs: options.expireMs,
    maxAgeMs: options.maxAgeMs,
    maxIdle: options.maxIdle,
    probe: {
      qname: domain,
      recursionDesired,
      intervalMs,
      overTcp: options.forceTcp,
      isOn: options.maxFails > 0,
    },
  };
}

/** The addresses that a target stands for. */
async function expand(
  target: Target,
  resolvers: readonly string[],
  around: Pick<BuildContext, "pathOf">,
): Promise<Target[]> {
  if (target.kind === "address") return [target];
  const fromFile = await nameserversOf(target, around);
  const hosts = fromFile ?? (await lookUp(target, resolvers));
  return hosts.map((host) => ({ ...target, kind: "address", host }));
}

/** Undefined if it is no file but a host. */
async function nameserversOf(
  target: Target,
  { pathOf }: Pick<BuildContext, "pathOf">,
): Promise<string[] | undefined> {
  if (target.isTls) return undefined;
  try {
    return parseNameservers(await readFile(pathOf(target.host), "utf8"));
  } catch (cause) {
    if (target.kind === "host" && (cause as NodeJS.ErrnoException).code === "ENOENT")
      return undefined;
    throw tokenError(target.at, `cannot read "${target.host}": ${reasonOf(cause)}`);
  }
}

async function lookUp({ at, host }: Target, resolvers: readonly string[]): Promise<string[]> {
  try {
    return await resolveHost(host, resolvers);
  } catch (cause) {
    throw tokenError(at, `cannot resolve upstream "${host}": ${reasonOf(cause)}`);
  }
}

/** Reads the certificates; undefined if nobody is asked by TLS. */
async function tlsSettings(
  { to, tlsFiles, tlsServerName }: ForwardOptions,
  pathOf: BuildContext["pathOf"],
): Promise<TlsSettings | undefined> {
  if (!to.some(({ isTls }) => isTls)) return undefined;
  return { context: await readTlsFiles(tlsFiles, pathOf), serverName: tlsServerName };
}
