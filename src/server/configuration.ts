import { CorefileError } from "../corefile/corefile-error.ts";
import type { Corefile } from "../corefile/corefile.ts";
import type { Directive, Token } from "../corefile/directive.ts";
import { Faults } from "../corefile/faults.ts";
import type { ServerBlock, ServerKey } from "../corefile/server-block.ts";
import { MAX_UDP_OCTETS } from "../dns/edns.ts";
import { Name } from "../dns/name.ts";
import type { Logger } from "../observe/log.ts";
import { pluginLogger } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Capability, Offered } from "./contract/capability.ts";
import { MetadataLabels } from "./contract/metadata.ts";
import { composeChain, composeTracedChain } from "./pipeline/chain.ts";
import { expandListenAddresses } from "./listen-addresses.ts";
import type {
  BlockSettings,
  Instance,
  NamedInstance,
  PluginContext,
  ServerHost,
} from "./contract/plugin.ts";
import type { ParsedDirective, WrittenBlock } from "./ineffective.ts";
import { findIneffective } from "./ineffective.ts";
import { groupDirectives } from "./plugin-order.ts";
import type { DirectiveGroup, PluginOrder } from "./plugin-order.ts";
import { serverLabel } from "./server-label.ts";
import { resolveThrough } from "./pipeline/resolve-through.ts";
import type { Observer, ServingBlock } from "./pipeline/serving-block.ts";
import { isServing, passesOptionOf, repeatOf } from "./pipeline/serving-block.ts";
import type { ConfiguredTcp } from "./contract/configured-tcp.ts";
import { joinConfiguredTcp } from "./contract/configured-tcp.ts";
import type { ConfiguredUdp } from "./contract/configured-udp.ts";
import { joinConfiguredUdp } from "./contract/configured-udp.ts";
import { ZoneRouter } from "./pipeline/zone-router.ts";

/** Everything that one Corefile stands for; built without opening anything. */
export interface Configuration {
  /** By address and port: where to listen, and who answers there. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly blocks: readonly ServingBlock[];
  readonly instances: readonly PlacedInstance[];
}

export interface Endpoint {
  /** The first server key that it is for. */
  readonly at: Token;
  /** "" for all addresses. */
  readonly address: string;
  readonly port: number;
  readonly router: ZoneRouter<ServingBlock>;
  /** Told of queries that come here and that no server block takes. */
  unserved: readonly Observer[];
  /** What its server blocks want of UDP. */
  udp: ConfiguredUdp;
  /** What they want of connections. */
  tcp: ConfiguredTcp;
}

/** An instance and the directive to blame if it does not start. */
export interface PlacedInstance extends NamedInstance {
  readonly directive: Directive;
}

/** What a configuration is built with. */
export interface BuildContext {
  readonly plugins: PluginOrder;
  /** Port of `dns://` keys that name none. */
  readonly defaultPort: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly host: Omit<ServerHost, "resolve" | "instances" | "corefile">;
}

/**
 * Builds a configuration.
 * @throws {CorefileError} for what is wrong in the Corefile, all of it.
 */
export function buildConfiguration(corefile: Corefile, around: BuildContext): Configuration {
  const faults = new Faults();
  const configuration = buildWhatIsGood(corefile, around, faults);
  faults.throwIfAny();
  return configuration;
}

/** As {@link buildConfiguration}, without what is wrong. It is worth something only if `faults` stays empty. */
export function buildWhatIsGood(
  corefile: Corefile,
  around: BuildContext,
  faults: Faults,
): Configuration {
  if (faults.count === 0) faults.try(() => requireBlocks(corefile));
  const endpoints = new Map<string, Endpoint>();
  const instances: PlacedInstance[] = [];
  const outlines: WrittenBlock[] = [];
  const blocks = corefile.blocks.map((block) => {
    const parsed = parseBlock(block, around.plugins, faults);
    const own: Endpoint[] = [];
    const host = blockHost(corefile, around, instances, own);
    const before = faults.count;
    const placed = parsed.hasSettings ? createInstances(block, parsed, around, host, faults) : [];
    instances.push(...placed);
    const serving = servingBlock(block, parsed.settings, placed);
    const { written: directives, settings } = parsed;
    outlines.push({ block, directives, settings, hasView: serving.view !== undefined });
    // Where it would listen is unknown if its settings are.
    const keys = parsed.hasSettings && faults.count === before ? block.keys : [];
    for (const key of keys) {
      const at = faults.try(() => listenAt(key, parsed.settings, serving, around, endpoints));
      own.push(...(at ?? []));
    }
    return serving;
  });
  for (const endpoint of endpoints.values())
    endpoint.unserved = observeUnserved(endpoint, instances);
  if (faults.count === 0) {
    const warnings = findIneffective(outlines, around.defaultPort);
    for (const { message } of warnings) around.log.warn(message);
  }
  return { endpoints, blocks, instances };
}

function observeUnserved(
  { address, port }: Endpoint,
  instances: readonly PlacedInstance[],
): Observer[] {
  const observing = instances.filter(({ instance }) => instance.unservedObserver !== undefined);
  const firstOfEach = observing.filter(({ plugin }, i) => {
    return observing.findIndex((one) => one.plugin === plugin) === i;
  });
  return firstOfEach.flatMap(({ instance }) => {
    return instance.unservedObserver?.(serverLabel(address, port)) ?? [];
  });
}

/**
 * Reads all directives of all blocks, and builds nothing: whatever files and machine it is for, the text is good.
 * @throws {CorefileError} for all that is wrong
 */
export function checkCorefile(corefile: Corefile, plugins: PluginOrder): void {
  requireBlocks(corefile);
  const faults = new Faults();
  for (const block of corefile.blocks) parseBlock(block, plugins, faults);
  faults.throwIfAny();
}

/** A Corefile emptied by mistake must not silence a server that reloads it. */
function requireBlocks({ blocks, files }: Corefile): void {
  if (blocks.length > 0) return;
  const at = { file: files[0] ?? "Corefile", line: 1 };
  throw new CorefileError(at, 'Cannot serve: no server block, expected one such as ". { ... }"');
}

interface ParsedBlock {
  readonly directives: readonly ParsedDirective[];
  /** The same, each by itself where several make one instance. */
  readonly written: readonly ParsedDirective[];
  readonly settings: BlockSettings;
  /** Whether no directive is at fault that has a word in the settings. */
  readonly hasSettings: boolean;
}

function parseBlock(block: ServerBlock, plugins: PluginOrder, faults: Faults): ParsedBlock {
  for (const key of block.keys) faults.try(() => requireBuiltScheme(key));
  const settings: BlockSettings = { listenOn: [], listenExcept: [], root: "", debug: false };
  let hasSettings = true;
  const written: ParsedDirective[] = [];
  const directives = groupDirectives(block, plugins, faults).flatMap((group) => {
    const groupBefore = faults.count;
    const parsed = parseGroup(group, faults);
    written.push(...parsed);
    const merged = mergeGroup(group, parsed, faults, groupBefore);
    if (faults.count === groupBefore) return merged;
    if (group.plugin.configure) hasSettings = false;
    return [];
  });
  for (const { plugin, options } of directives) plugin.configure?.(options, settings);
  return { directives, written, settings, hasSettings };
}

function parseGroup({ plugin, directives }: DirectiveGroup, faults: Faults): ParsedDirective[] {
  return directives.flatMap((directive): ParsedDirective[] => {
    const one = faults.try(() => ({ options: plugin.parse(directive) }));
    return one ? [{ plugin, directive, ...one }] : [];
  });
}

/** @param before how many faults there were before the group was parsed */
function mergeGroup(
  { plugin }: DirectiveGroup,
  parsed: ParsedDirective[],
  faults: Faults,
  before: number,
): ParsedDirective[] {
  const [first] = parsed;
  if (!plugin.merge || !first || faults.count > before) return parsed;
  const merged = faults.try(() => ({
    options: plugin.merge?.(parsed.map(({ options }) => options)),
  }));
  return merged ? [{ ...first, ...merged }] : [];
}

function requireBuiltScheme(key: ServerKey): void {
  if (key.scheme === "dns") return;
  throw new CorefileError(
    key.at,
    `Cannot serve "${key.at.text}": ${key.scheme}:// is not built yet, dns:// is`,
  );
}

/** The house as the plugins of one block see it. `own` is filled once the block has a place. */
function blockHost(
  corefile: Corefile,
  around: BuildContext,
  instances: readonly NamedInstance[],
  own: readonly Endpoint[],
): ServerHost {
  return {
    ...around.host,
    corefile,
    instances: () => instances,
    resolve: (query) => resolveThrough(own[0]?.router, query),
  };
}

function createInstances(
  block: ServerBlock,
  { directives, settings }: ParsedBlock,
  around: BuildContext,
  host: ServerHost,
  faults: Faults,
): PlacedInstance[] {
  const zones = block.keys.map((key) => Name.parse(key.zone));
  const [firstKey] = block.keys;
  const plugins = directives.map(({ plugin }) => plugin.name);
  const port = firstKey?.port ?? around.defaultPort;
  const labels = new MetadataLabels(settings.metadataZones);
  const before = faults.count;
  let hasPlace = true;
  const all: PlacedInstance[] = [];
  const placed = directives.flatMap(({ plugin, directive, options }) => {
    if (!plugin.create || !hasPlace) return [];
    const log = pluginLogger(around.log, plugin.name, settings.debug);
    const context: PluginContext = {
      directive,
      zones,
      keys: block.keys,
      plugins,
      settings,
      // Looked at by who comes behind bind, which has said by then what is wrong with the addresses.
      get serverLabel() {
        const [address = ""] = expandListenAddresses(settings.listenOn, settings.listenExcept);
        return serverLabel(address, port);
      },
      log,
      metrics: around.metrics,
      metadata: (label, at) => labels.ask(label, at),
      findMetadata: (label, query) => labels.find(label, query),
      isMetadataAsked: (label) => labels.isAsked(label),
      offered: (capability) => offeredBy(all, capability),
      host: { ...host, fatal: (message) => fatal(message, log, host) },
    };
    const instance = faults.try(() => plugin.create?.(options, context));
    if (!instance && plugin.configure) hasPlace = false;
    return instance ? [{ plugin: plugin.name, directive, instance }] : [];
  });
  for (const { instance } of placed) labels.provide(instance.metadata);
  // What is missing may be with those that are at fault.
  if (faults.count > before) return placed;
  faults.try(() => labels.check());
  all.push(...placed);
  for (const { instance } of placed) faults.try(() => instance.connect?.());
  return placed;
}

function offeredBy<T>(
  placed: readonly PlacedInstance[],
  capability: Capability<T>,
): readonly Offered<T>[] {
  return placed.flatMap(({ plugin, instance }) =>
    capability.among(instance.offers ?? []).map((value) => ({ plugin, value })),
  );
}

/** The last word is the plugin's. */
function fatal(message: string, log: Logger, host: ServerHost): void {
  log.fatal(message);
  host.fatal(message);
}

function servingBlock(
  block: ServerBlock,
  { maxUdpOctets = MAX_UDP_OCTETS }: BlockSettings,
  placed: readonly PlacedInstance[],
): ServingBlock {
  const instances: Instance[] = placed.map(({ instance }) => instance);
  return {
    zones: block.keys.map((key) => Name.parse(key.zone)),
    chain: composeChain(instances),
    tracedChain: composeTracedChain(placed),
    accepts: new Set(instances.flatMap(({ accepts = [] }) => accepts)),
    view: instances.find(({ view }) => view !== undefined)?.view,
    isEmpty: !instances.some(isServing),
    maxUdpOctets,
    passesOption: passesOptionOf(instances),
    observers: instances.flatMap((instance): Observer[] => {
      return instance.observe ? [instance.observe.bind(instance)] : [];
    }),
    repeat: repeatOf(instances),
    inFlight: 0,
  };
}

function listenAt(
  key: ServerKey,
  settings: BlockSettings,
  block: ServingBlock,
  { defaultPort }: BuildContext,
  endpoints: Map<string, Endpoint>,
): Endpoint[] {
  const port = key.port ?? defaultPort;
  const addresses = expandListenAddresses(settings.listenOn, settings.listenExcept);
  return (addresses.length === 0 ? [""] : addresses).map((chosen) => {
    // Both are all addresses of both families: two sockets would share the queries by chance.
    const address = chosen === "::" ? "" : chosen;
    const id = `${address}|${port}`;
    const endpoint = endpoints.get(id) ?? newEndpoint(key, address, port);
    endpoint.udp = joinConfiguredUdp(endpoint.udp, settings.udp);
    endpoint.tcp = joinConfiguredTcp(endpoint.tcp, settings.tcp);
    endpoints.set(id, endpoint);
    try {
      endpoint.router.add(Name.parse(key.zone), block);
    } catch (cause) {
      const where = `${address || "all addresses"} port ${port}`;
      throw new CorefileError(key.at, `${(cause as Error).message} on ${where}`);
    }
    return endpoint;
  });
}

function newEndpoint({ at }: ServerKey, address: string, port: number): Endpoint {
  const router = new ZoneRouter<ServingBlock>(({ view }) => view);
  return { at, address, port, router, unserved: [], udp: {}, tcp: {} };
}
