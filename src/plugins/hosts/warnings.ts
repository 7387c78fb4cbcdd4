import type { Directive } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import type { BlockOutline, Warning } from "../../server/contract/reach.ts";
import { quotedZones, zonesInBlock } from "../../server/contract/reach.ts";
import { parseHostAddress } from "./host-line.ts";
import type { HostsOptions } from "./parse.ts";

/** Hosts of the Corefile that nobody can ask for: their names are in none of the zones. */
export function* warningsOfHosts(
  options: HostsOptions,
  { body }: Directive,
  block: BlockOutline,
): Iterable<Warning> {
  const zones = zonesInBlock(options.zones, block);
  for (const line of body) {
    if (!parseHostAddress(line.name.text) || zones.length === 0) continue;
    const strange = line.args
      .flatMap(({ text }) => Name.tryParse(text) ?? [])
      .filter((name) => {
        return !name.isWithinAny(zones);
      });
    if (strange.length === 0) continue;
    const hint = `put it into a block for such names, or name their zone behind the file`;
    const reason = `only names in ${quotedZones(zones)} are answered`;
    yield line.error(`${quotedZones(strange)} has no effect: ${reason}; ${hint}`);
  }
}
