import type { Corefile } from "../corefile/corefile.ts";
import type { Directive } from "../corefile/directive.ts";
import type { Faults } from "../corefile/faults.ts";
import type { ServerBlock } from "../corefile/server-block.ts";
import { Name } from "../dns/name.ts";
import type { Logger } from "../observe/log.ts";
import { pluginLogger } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Capability, Offered } from "./contract/capability.ts";
import { MetadataLabels } from "./contract/metadata.ts";
import type { NamedInstance, PluginContext, ServerHost } from "./contract/plugin.ts";
import type { Warning } from "./contract/reach.ts";
import type { Endpoint } from "./endpoint.ts";
import { expandListenAddresses } from "./listen-addresses.ts";
import type { ParsedBlock } from "./parsed-block.ts";
import { resolveThrough } from "./pipeline/resolve-through.ts";
import type { PluginOrder } from "./plugin-order.ts";
import { serverLabel } from "./server-label.ts";

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
  /** Who wants to know what is warned of, and where; it is logged if left out. */
  readonly warned?: {
    readonly take: (warning: Warning) => void;
    /** The log of what the directive stands for. */
    readonly logOf: (directive: Directive) => Logger;
  };
}

/** The house as the plugins of one block see it. `own` is filled once the block has a place. */
export function blockHost(
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

export function createInstances(
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
    const base = around.warned?.logOf(directive) ?? around.log;
    const log = pluginLogger(base, plugin.name, settings.debug);
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
      metadataAskedOf: (family) => labels.askedOf(family),
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
