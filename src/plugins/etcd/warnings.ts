import type { Directive } from "../../corefile/directive.ts";
import type { Warning } from "../../server/contract/reach.ts";

const WITHOUT_EFFECT = ["stubzones", "debug", "upstream"];

/** What CoreDNS reads and does nothing with either. */
export function* warningsOfEtcd(directive: Directive): Iterable<Warning> {
  for (const sub of directive.body) {
    const { text } = sub.name;
    if (WITHOUT_EFFECT.includes(text)) {
      yield sub.error(`"${text}" has no effect: CoreDNS ignores it, too; remove it`);
    }
  }
}
