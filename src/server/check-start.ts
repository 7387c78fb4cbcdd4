import { CorefileError } from "../corefile/corefile-error.ts";
import type { Corefile } from "../corefile/corefile.ts";
import type { Faults } from "../corefile/faults.ts";
import type { Endpoint, PlacedInstance, Surroundings } from "./configuration.ts";
import { buildWhatIsGood } from "./configuration.ts";
import { isOwnAddress } from "./own-address.ts";

/**
 * Finds all that a start with this Corefile would be refused for, on this machine: also files that are missing, names
 * that do not resolve, addresses that the machine does not have. Only not whether a port is taken: a server that is
 * at work has it.
 */
export async function checkStart(
  corefile: Corefile,
  around: Surroundings,
  faults: Faults,
): Promise<void> {
  const { instances, endpoints } = buildWhatIsGood(corefile, around, faults);
  for (const placed of instances) {
    await faults.tryAsync(() => blame(placed, () => placed.instance.check?.()));
  }
  for (const endpoint of endpoints.values()) {
    await faults.tryAsync(() => expectAddress(endpoint));
  }
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

/** @throws {CorefileError} if it is none of this machine's. */
async function expectAddress({ address, at }: Endpoint): Promise<void> {
  if (await isOwnAddress(address)) return;
  throw new CorefileError(at, `Cannot listen on ${address}: this machine has no such address`);
}
