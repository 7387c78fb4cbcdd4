import { CorefileError } from "../corefile/corefile-error.ts";
import type { Corefile } from "../corefile/corefile.ts";
import type { Faults } from "../corefile/faults.ts";
import { splitAddress } from "../http/http-endpoints.ts";
import type { Endpoint } from "./endpoint.ts";
import type { PlacedInstance, BuildContext } from "./block-instances.ts";
import { buildWhatIsGood } from "./configuration.ts";
import { PluginModules } from "./plugin-modules/plugin-modules.ts";
import { isOwnAddress } from "./own-address.ts";

/**
 * Finds all that a start with this Corefile would be refused for, on this machine: also files that are missing, names
 * that do not resolve, addresses that the machine does not have. Only not whether a port is taken: a server that is
 * at work has it.
 */
export async function checkStart(
  corefile: Corefile,
  around: BuildContext,
  faults: Faults,
): Promise<void> {
  const plugins = await new PluginModules().order(corefile.plugins, around.plugins, faults);
  const context = { ...around, plugins };
  const { instances, endpoints } = buildWhatIsGood(corefile, context, faults);
  for (const [i, placed] of instances.entries()) {
    await faults.tryAsync(() => blame(placed, () => placed.instance.check?.()));
    const before = instances.slice(0, i);
    await faults.tryAsync(() =>
      blame(placed, () => checkHttp(placed, before, [...endpoints.values()])),
    );
  }
  for (const endpoint of endpoints.values()) {
    await faults.tryAsync(() => expectAddress(endpoint));
  }
}

/**
 * Finds what a start would be refused for on every machine, this one's files, names and addresses left out.
 */
export async function checkElsewhere(
  corefile: Corefile,
  around: BuildContext,
  faults: Faults,
): Promise<void> {
  const plugins = await new PluginModules().order(corefile.plugins, around.plugins, faults);
  buildWhatIsGood(corefile, { ...around, plugins }, faults);
}

/** @throws {CorefileError} at the directive for whatever the action throws that is none. */
export async function blame(
  { plugin, directive }: PlacedInstance,
  action: () => void | Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (cause) {
    if (cause instanceof CorefileError) throw cause;
    throw new CorefileError(directive.name, `plugin/${plugin}: ${(cause as Error).message}`);
  }
}

/**
 * @param before instances whose HTTP addresses are taken, unless they are the same: those are shared
 * @throws {Error} if the Corefile itself has taken the place, or the machine does not have it
 */
async function checkHttp(
  { instance: { httpAddress } }: PlacedInstance,
  before: readonly PlacedInstance[],
  endpoints: readonly Endpoint[],
): Promise<void> {
  if (httpAddress === undefined) return;
  const { host, port } = splitAddress(httpAddress);
  const fail = (reason: string): Error => new Error(`cannot serve on "${httpAddress}": ${reason}`);
  const overlaps = (other: { host: string; port: number }): boolean =>
    port > 0 && port === other.port && (host === "" || other.host === "" || host === other.host);
  const endpoint = endpoints.find(({ address, ...one }) => overlaps({ host: address, ...one }));
  if (endpoint) throw fail(`"${endpoint.at.text}" is served on that port`);
  const other = before.find(({ instance }) => {
    const taken = instance.httpAddress;
    return taken !== undefined && taken !== httpAddress && overlaps(splitAddress(taken));
  });
  if (other) throw fail(`plugin/${other.plugin} has "${other.instance.httpAddress}"`);
  if (!(await isOwnAddress(host))) throw fail("this machine has no such address");
}

/** @throws {CorefileError} if it is none of this machine's. */
async function expectAddress({ address, at }: Endpoint): Promise<void> {
  if (await isOwnAddress(address)) return;
  throw new CorefileError(at, `Cannot listen on ${address}: this machine has no such address`);
}
