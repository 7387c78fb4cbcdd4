import type { Directive } from "../../corefile/directive.ts";
import type { BlockOutline, Warning } from "../../server/contract/reach.ts";
import { commonZone, partsBehind, quotedZones } from "../../server/contract/reach.ts";
import type { ForwardOptions } from "./parse.ts";

/** What of a `forward` has no effect, and why. */
export function* warningsOfForward(
  options: ForwardOptions,
  directive: Directive,
  block: BlockOutline,
): Iterable<Warning> {
  const find = (name: string): Directive | undefined => {
    return directive.body.findLast((sub) => sub.name.text === name);
  };
  const isTls = options.to.some((target) => target.isTls);
  for (const sub of [find("tls"), find("tls_servername")]) {
    if (!sub || isTls) continue;
    const hint = `write the upstreams as "tls://ADDRESS", or remove it`;
    yield sub.error(`"${sub.name.text}" has no effect without tls:// upstreams: ${hint}`);
  }
  const preferUdp = find("prefer_udp");
  if (preferUdp && options.forceTcp) {
    yield preferUdp.error(`"prefer_udp" has no effect with "force_tcp": remove one of them`);
  }
  const healthCheck = find("health_check");
  if (healthCheck && options.maxFails === 0) {
    const hint = 'no upstream ever counts as down; remove "max_fails 0"';
    yield healthCheck.error(`"health_check" has no effect with "max_fails 0": ${hint}`);
  }
  yield* warningsOfExcept(options, find("except"));
  yield* warningsOfNext(options, directive, block, find("next") ?? find("next_on_nodata"));
}

function* warningsOfExcept(
  { except, from }: ForwardOptions,
  sub: Directive | undefined,
): Iterable<Warning> {
  if (!sub) return;
  const strange = except.filter((name) => {
    return !from.some((zone) => commonZone(zone, name) !== undefined);
  });
  if (strange.length === 0) return;
  const reason = `only names in ${quotedZones(from)} are forwarded; remove them`;
  yield sub.error(`"except" of ${quotedZones(strange)} has no effect: ${reason}`);
}

/** A second try needs a second `forward`. */
function* warningsOfNext(
  { from }: ForwardOptions,
  directive: Directive,
  block: BlockOutline,
  sub: Directive | undefined,
): Iterable<Warning> {
  if (!sub) return;
  const others = partsBehind(directive, from, block);
  if (others.some((part) => part.directive.name.text === "forward")) return;
  const hint = `add another "forward" for the same names behind it`;
  yield sub.error(`"${sub.name.text}" has no effect: there is no next "forward"; ${hint}`);
}
