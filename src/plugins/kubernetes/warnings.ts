import type { Directive } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import type { BlockOutline, Warning } from "../../server/contract/reach.ts";
import { partsBehind, quotedZones, zonesInBlock } from "../../server/contract/reach.ts";
import type { KubernetesOptions } from "./parse.ts";

/** Zones of all addresses, those of the Internet among them. */
const ALL_ADDRESSES = ["in-addr.arpa.", "ip6.arpa."].map((text) => Name.parse(text));

/** What of `kubernetes` has no effect, or one that few people want. */
export function* warningsOfKubernetes(
  options: KubernetesOptions,
  directive: Directive,
  block: BlockOutline,
): Iterable<Warning> {
  const find = (name: string): Directive | undefined => {
    return directive.body.findLast((sub) => sub.name.text === name);
  };
  const [, second] = find("endpoint")?.args ?? [];
  if (second) {
    const hint = "only the first endpoint is used; remove the others";
    yield directive.error(`"endpoint ... ${second.text}" has no effect: ${hint}`, second);
  }
  const multicluster = find("multicluster");
  if (multicluster && options.multicluster.length === 0) {
    const hint = 'name some, such as "multicluster clusterset.local"';
    yield multicluster.error(`"multicluster" has no effect without zones: ${hint}`);
  }
  yield* warningsOfReverseZones(options, directive, block);
}

/** A cluster knows few addresses, and denies all others of a zone that it does not hand on. */
function* warningsOfReverseZones(
  { zones, fallthrough }: KubernetesOptions,
  directive: Directive,
  block: BlockOutline,
): Iterable<Warning> {
  const denied = ALL_ADDRESSES.filter((zone) => {
    return zones?.some((own) => own.equals(zone)) === true && !zone.isWithinAny(fallthrough);
  });
  const lost = denied.filter((zone) => {
    const asked = zonesInBlock([zone], block);
    return asked.length > 0 && partsBehind(directive, asked, block).length > 0;
  });
  const [first] = partsBehind(directive, lost, block);
  if (!first) return;
  const { name, args } = first.directive;
  const behind = [name, ...args].map(({ text }) => text).join(" ");
  const hint = `write "fallthrough ${ALL_ADDRESSES.map((zone) => String(zone).slice(0, -1)).join(" ")}"`;
  const reason = `"${behind}" is not asked for them; ${hint}`;
  yield directive.error(
    `addresses outside the cluster have no names in ${quotedZones(lost)}: ${reason}`,
  );
}
