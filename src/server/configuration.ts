import type { Corefile } from "../corefile/corefile.ts";
import { Faults } from "../corefile/faults.ts";
import type { ServerBlock } from "../corefile/server-block.ts";
import { MAX_UDP_OCTETS } from "../dns/edns.ts";
import { Name } from "../dns/name.ts";
import type { BuildContext, PlacedInstance } from "./block-instances.ts";
import { blockHost, createInstances } from "./block-instances.ts";
import type { BlockSettings, Instance } from "./contract/plugin.ts";
import type { Endpoint } from "./endpoint.ts";
import { listenAt } from "./endpoint.ts";
import { serverLabel } from "./server-label.ts";
import type { WrittenBlock } from "./ineffective.ts";
import { findIneffective } from "./ineffective.ts";
import { parseBlock, requireBlocks } from "./parsed-block.ts";
import { composeChain, composeTracedChain } from "./pipeline/chain.ts";
import type { Observer, ServingBlock } from "./pipeline/serving-block.ts";
import { isServing, openOf, passesOptionOf, repeatOf } from "./pipeline/serving-block.ts";

/** Everything that one Corefile stands for; built without opening anything. */
export interface Configuration {
  /** By address and port: where to listen, and who answers there. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly blocks: readonly ServingBlock[];
  readonly instances: readonly PlacedInstance[];
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
      const at = faults.try(() =>
        listenAt(key, parsed.settings, serving, around.defaultPort, endpoints),
      );
      own.push(...(at ?? []));
    }
    return serving;
  });
  for (const endpoint of endpoints.values())
    endpoint.unserved = observeUnserved(endpoint, instances);
  if (faults.count === 0) {
    const warnings = findIneffective(outlines, around.defaultPort);
    const warn = around.warned?.take ?? (({ message }): void => around.log.warn(message));
    for (const warning of warnings) warn(warning);
  }
  return { endpoints, blocks, instances };
}

function servingBlock(
  block: ServerBlock,
  { maxUdpOctets = MAX_UDP_OCTETS }: BlockSettings,
  placed: readonly PlacedInstance[],
): ServingBlock {
  const instances: Instance[] = placed.map(({ instance }) => instance);
  return {
    zones: block.keys.map((key) => Name.parse(key.zone)),
    at: block.keys[0]?.at,
    chain: composeChain(instances),
    tracedChain: composeTracedChain(placed),
    open: openOf(instances),
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
