import type { Token } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import type { Secondary, TransferRule } from "./parse.ts";

/** Where notifications go, and from where. */
export interface Recipient extends Secondary {
  readonly source: string | undefined;
  readonly keyName?: Token | undefined;
  /** Known once the instance that has the keys has started. */
  key?: TsigKey;
}

/** Who may have the zones at and below a name: all directives that name it. */
export interface ZoneRule {
  isForAll: boolean;
  readonly addresses: Set<string>;
  readonly recipients: Recipient[];
}

/** Who may have which zone. Of the names in the directives the longest that a zone is in counts. */
export class TransferRules {
  readonly #rules = new Map<string, ZoneRule>();

  /** @param zones of the server block, for directives that name none */
  constructor(rules: readonly TransferRule[], zones: readonly Name[]) {
    for (const rule of rules) for (const { key } of rule.zones ?? zones) this.#add(key, rule);
  }

  recipients(): readonly Recipient[] {
    return [...this.#rules.values()].flatMap((rule) => rule.recipients);
  }

  find({ key }: Name): ZoneRule | undefined {
    for (let at = 0; ; at += key.charCodeAt(at) + 1) {
      const rule = this.#rules.get(key.slice(at));
      if (rule || at >= key.length - 1) return rule;
    }
  }

  #add(key: string, { isForAll, to, source, keyName }: TransferRule): void {
    const rule = this.#rules.get(key) ?? { isForAll: false, addresses: new Set(), recipients: [] };
    this.#rules.set(key, rule);
    rule.isForAll ||= isForAll;
    for (const { address, port } of to) {
      rule.addresses.add(address);
      const isKnown = rule.recipients.some((one) => {
        return one.address === address && one.port === port && one.keyName?.text === keyName?.text;
      });
      if (isKnown) continue;
      rule.recipients.push({ address, port, source: sourceFor(address, source), keyName });
    }
  }
}

/** An address of one family cannot send to one of the other. */
function sourceFor(address: string, source: string | undefined): string | undefined {
  return source !== undefined && source.includes(":") === address.includes(":")
    ? source
    : undefined;
}
