import { isIP } from "node:net";
import { faultOfExternalName } from "../../text/external-name.ts";
import type { Cause, Finding } from "../finding.ts";
import { isAnswered } from "../finding.ts";
import { factsIn } from "../told-facts.ts";
import { commands } from "./commands.ts";
import { pathOf } from "./service.ts";

/** An ExternalName is a name, and nothing else; and it has to lead somewhere. */
export const brokenExternalName: Cause = (seen) => {
  const service = seen.facts?.service;
  if (service?.type !== "ExternalName" || isAnswered(seen)) return undefined;
  const { externalName, namespace, name } = service;
  const found = (code: string, sentence: string, evidence: readonly string[]): Finding => ({
    code,
    level: "failing",
    weight: 100,
    sentence,
    evidence: [`Service ${pathOf(service)} has externalName "${externalName}"`, ...evidence],
    next: [commands.service(namespace, name)],
  });
  if (isIP(externalName) !== 0) {
    const sentence = `ExternalName "${externalName}" of Service ${pathOf(service)} is an address: a name is wanted there`;
    const remedy =
      "an address wants a Service without selector, and an EndpointSlice that has the address";
    return found("external-name-is-address", sentence, [remedy]);
  }
  const extra = faultOfExternalName(externalName);
  if (extra !== undefined) {
    const sentence = `ExternalName "${externalName}" of Service ${pathOf(service)} ${extra}: a bare name is wanted there`;
    return found("external-name-is-no-name", sentence, []);
  }
  return brokenTarget(seen, found);
};

function brokenTarget(
  { targets, typedLabels, facts }: Parameters<Cause>[0],
  found: (code: string, sentence: string, evidence: readonly string[]) => Finding,
): Finding | undefined {
  const service = facts?.service;
  const last = targets.at(-1);
  if (!service || !last || typedLabels === 0) return undefined;
  const way = targets.map(({ name }) => `"${name}"`).join(", then ");
  if (last.isCircle) {
    const sentence = `Service ${pathOf(service)} leads in a circle: its ExternalName comes back to itself`;
    return found("external-name-circle", sentence, [`it leads to ${way}`]);
  }
  if (isAnswered(last)) return undefined;
  const said = last.answers.map(({ type, rcode, failure }) => `${type}: ${failure ?? rcode}`);
  const sentence = `Service ${pathOf(service)} is another name for "${last.name}", which does not resolve`;
  const rules = factsIn(last.answers, "access").filter(({ fact }) => fact.action !== "allow");
  const [rule] = rules.map(
    ({ fact }) => `"${fact.rule}" of plugin/acl (${fact.at}) keeps clients from it`,
  );
  const finding = found("external-name-unresolved", sentence, [
    `"${last.name}" ${said.join(", ")}`,
    ...(rule === undefined ? [] : [rule]),
  ]);
  const why = "why its target does not resolve";
  return { ...finding, next: [commands.explain(last.name, why), ...finding.next] };
}
