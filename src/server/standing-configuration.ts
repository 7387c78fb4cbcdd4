import type { Corefile } from "../corefile/corefile.ts";
import { Faults } from "../corefile/faults.ts";
import { blame } from "./check-start.ts";
import type { BuildContext, PlacedInstance } from "./block-instances.ts";
import type { Configuration } from "./configuration.ts";
import { buildWhatIsGood } from "./configuration.ts";
import type { Instance } from "./contract/plugin.ts";
import { PluginModules } from "./plugin-modules/plugin-modules.ts";

/** A configuration that answers whoever asks it in this process, and nobody else. */
export interface StandingConfiguration {
  readonly configuration: Configuration;
  stop(): Promise<void>;
}

/**
 * Starts what answers queries and opens no place where queries or HTTP requests could come in, so that it stands beside a
 * server of the same Corefile. Resolves when all are ready, or have given up waiting.
 * @throws {CorefileError} if the Corefile is wrong, or something in it cannot be started
 */
export async function startStanding(
  corefile: Corefile,
  around: BuildContext,
): Promise<StandingConfiguration> {
  const faults = new Faults();
  const plugins = await new PluginModules().order(corefile.plugins, around.plugins, faults);
  const configuration = buildWhatIsGood(corefile, { ...around, plugins }, faults);
  faults.throwIfAny();
  const started: PlacedInstance[] = [];
  const stop = async (): Promise<void> => {
    await Promise.allSettled(started.map(async ({ instance }) => instance.stop?.()));
  };
  try {
    for (const placed of configuration.instances.filter(({ instance }) => isAsked(instance))) {
      started.push(placed);
      await blame(placed, () => placed.instance.start?.());
    }
    await Promise.all(started.map(async ({ instance }) => instance.ready?.()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { configuration, stop };
}

/** Whether it has a part in answers. What only observes, or serves HTTP, has none. */
function isAsked(instance: Instance): boolean {
  if (instance.httpAddress !== undefined) return false;
  const { offers, view, metadata } = instance;
  return "serve" in instance || [offers, view, metadata].some((part) => part !== undefined);
}
