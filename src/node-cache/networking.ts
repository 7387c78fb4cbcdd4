import type { Logger } from "../observe/log.ts";
import type { Iptables } from "./iptables.ts";
import { IptablesError } from "./iptables.ts";
import type { LocalInterface } from "./local-interface.ts";
import type { Rule } from "./rules.ts";
import type { SetupErrors } from "./setup-errors.ts";

export interface NetworkingOptions {
  /** Undefined if there is to be none, as are the rules. */
  readonly localInterface: LocalInterface | undefined;
  readonly interfaceName: string;
  readonly iptables: Pick<Iptables, "ensure" | "remove">;
  readonly rules: readonly Rule[];
  readonly log: Logger;
  readonly errors: SetupErrors;
}

/** Makes the node send its pods' queries here; what cannot be made is logged and counted, and no reason not to serve. */
export class Networking {
  readonly #options: NetworkingOptions;
  /** One change after the other. */
  #work: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(options: NetworkingOptions) {
    this.#options = options;
  }

  /** The interface and its addresses, if they are not there. */
  ensureInterface(): void {
    const { localInterface, interfaceName, errors, log } = this.#options;
    if (!localInterface || this.#isOver) return;
    try {
      if (!localInterface.isThere) {
        localInterface.add();
        log.info(`Added interface - ${interfaceName}`);
      }
    } catch (error) {
      errors.add("interface_add");
      log.error(`Cannot add interface "${interfaceName}": ${(error as Error).message}`);
      return;
    }
    try {
      localInterface.addAddresses();
    } catch (error) {
      errors.add("interface_check");
      log.error(
        `Cannot give interface "${interfaceName}" its addresses: ${(error as Error).message}`,
      );
    }
  }

  /** All of it. */
  ensure(): Promise<void> {
    this.#work = this.#work.then(async () => {
      await this.#ensureRules();
      this.ensureInterface();
    });
    return this.#work;
  }

  /** Takes all of it away. Nothing is made again after that. */
  tearDown(): Promise<void> {
    this.#isOver = true;
    this.#work = this.#work.then(async () => {
      const { rules, iptables } = this.#options;
      // Once these are gone, kube-proxy's rules take the queries; so they go first.
      await this.#each(rules, "remove", (rule) => iptables.remove(rule));
      this.#removeInterface();
    });
    return this.#work;
  }

  async #ensureRules(): Promise<void> {
    const { rules, iptables, log } = this.#options;
    let made = 0;
    await this.#each(rules, "make", async (rule) => {
      if (!this.#isOver && (await iptables.ensure(rule))) made++;
    });
    if (made > 0) log.info(`Added back nodelocaldns rules: ${made} of ${rules.length}`);
  }

  /** The first failure is told; all are counted. */
  async #each(
    rules: readonly Rule[],
    what: "make" | "remove",
    change: (rule: Rule) => Promise<unknown>,
  ): Promise<void> {
    const { errors, log } = this.#options;
    let failures = 0;
    let first = "";
    for (const rule of rules) {
      await change(rule).catch((error: Error) => {
        errors.add(error instanceof IptablesError && error.isLock ? "iptables_lock" : "iptables");
        if (failures++ === 0) first = error.message;
      });
    }
    if (failures > 0) {
      log.error(`Cannot ${what} ${failures} of ${rules.length} rules of iptables: ${first}`);
    }
  }

  #removeInterface(): void {
    const { localInterface, interfaceName, log } = this.#options;
    try {
      localInterface?.remove();
    } catch (error) {
      log.error(`Cannot remove interface "${interfaceName}": ${(error as Error).message}`);
    }
  }
}
