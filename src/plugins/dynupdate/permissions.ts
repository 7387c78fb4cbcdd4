import { tokenError } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { AllowRule } from "./parse.ts";

/** Which key may update what. */
export class Permissions {
  readonly #origin: Name;
  readonly #rules: readonly AllowRule[];

  /** @throws {CorefileError} for a name that is not of the zone */
  constructor(rules: readonly AllowRule[], origin: Name) {
    this.#origin = origin;
    this.#rules = rules;
    for (const { owner, ownerToken } of rules) {
      if (owner === undefined || owner === "apex" || owner.isWithin(origin)) continue;
      throw tokenError(
        ownerToken,
        `"${ownerToken.text}" is not within the zone "${origin.toString()}"`,
      );
    }
  }

  /** Whether the key may update anything: others learn nothing of the zone by prerequisites. */
  knows(key: Name): boolean {
    return this.#rules.some(({ keyName }) => keyName.equals(key));
  }

  /** As CoreDNS has it, a record by its owner and type, whatever is to be done with it. */
  allows(key: Name, { owner, type }: ResourceRecord): boolean {
    return this.#rules.some((rule) => {
      const name = rule.owner === "apex" ? this.#origin : rule.owner;
      return (
        rule.keyName.equals(key) &&
        (name === undefined || name.equals(owner)) &&
        (rule.types === undefined || rule.types.has(type))
      );
    });
  }
}
