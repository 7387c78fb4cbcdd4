import type { Logger } from "../../observe/log.ts";

const MAX_KEYS = 1_000;

/** Tells people of what goes wrong, each thing once. */
export class Trouble {
  readonly #log: Logger;
  readonly #ignored = new Set<string>();
  #isAway = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  away(reason: string): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#log.warn(`etcd cannot be asked: ${reason}`);
  }

  back(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#log.info("etcd answers again");
  }

  ignore(key: string, reason: string): void {
    if (this.#ignored.has(key) || this.#ignored.size >= MAX_KEYS) return;
    this.#ignored.add(key);
    this.#log.warn(`Ignoring the value of ${JSON.stringify(key)} in etcd: ${reason}`);
  }
}
