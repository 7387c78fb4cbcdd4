import type { ToldStep } from "../explanation.ts";
import type { Cause } from "../finding.ts";
import { isAnswered, weightOnTheWay } from "../finding.ts";
import { stepText } from "../told-facts.ts";
import { commands } from "./commands.ts";

/** An alias that is no Service's: of an upstream, of `hosts`, `template` or `rewrite`. */
export const brokenAlias: Cause = (seen) => {
  const { targets, facts, answers } = seen;
  const last = targets.at(-1);
  if (!last || isAnswered(seen) || facts?.service?.type === "ExternalName") return undefined;
  const from = answers.find(({ records }) => records.length > 0);
  const way = [...new Set(from?.steps.filter(hasSaid).map(stepText))];
  const found = (code: string, sentence: string, evidence: readonly string[]) => ({
    code,
    level: "failing" as const,
    weight: facts ? weightOnTheWay(seen, 98) : 57,
    sentence,
    evidence: [
      ...(from?.records.slice(0, 3) ?? []),
      ...(way.length > 0 ? [`it comes by way of ${way.join(", ")}`] : []),
      ...evidence,
    ],
    next: [commands.explain(last.name, "the name that it leads to")],
  });
  if (last.isCircle) {
    const circle = targets.map(({ name }) => `"${name}"`).join(", then ");
    return found(
      "alias-circle",
      `"${seen.name}" leads in a circle: its CNAME comes back to itself`,
      [`it leads to ${circle}`],
    );
  }
  if (isAnswered(last)) {
    const sentence = `"${seen.name}" is another name for "${last.name}", which resolves, but the reply does not say to what`;
    return found("alias-not-followed", sentence, [
      "resolvers of pods follow no CNAME themselves: whoever answers has to",
    ]);
  }
  const said = last.answers.map(({ type, rcode, failure }) => `${type}: ${failure ?? rcode}`);
  const sentence = `"${seen.name}" is another name for "${last.name}", which does not resolve`;
  return found("alias-unresolved", sentence, [`"${last.name}" ${said.join(", ")}`]);
};

function hasSaid({ notes }: ToldStep): boolean {
  return notes.length > 0;
}
