import type { Cause } from "../finding.ts";
import { isAnswered, weightOnTheWay } from "../finding.ts";
import { factsIn, stepText } from "../told-facts.ts";
import { lastStep } from "./answers.ts";
import { commands } from "./commands.ts";

/** A rule of `rewrite` has made another question of it, and that one is denied. */
export const rewrittenAway: Cause = (seen) => {
  if (isAnswered(seen)) return undefined;
  const changes = factsIn(seen.answers, "rewrite").filter(({ fact: { from, to }, told }) => {
    const isDenied = told.rcode === "NXDOMAIN" || told.rcode === "NOERROR";
    return isDenied && (from.name !== to.name || from.type !== to.type);
  });
  const [first] = changes;
  if (!first) return undefined;
  const { told } = first;
  const own = changes.filter((one) => one.told === told);
  const { from } = first.fact;
  const to = own.at(-1)?.fact.to ?? from;
  const isRenamed = from.name !== to.name;
  const [before, after] = isRenamed
    ? [from.name, to.name]
    : [`${from.name} ${from.type}`, `${to.name} ${to.type}`];
  const last = lastStep(told);
  const isOutside = !seen.facts && seen.suffix === undefined && seen.typedLabels > 1;
  return {
    code: "rewritten-and-denied",
    level: "failing",
    weight: isOutside ? 70 : weightOnTheWay(seen, 101),
    sentence: `"${before}" becomes "${after}" by plugin/rewrite (${first.fact.at}), and that ${told.rcode === "NXDOMAIN" ? "does not exist" : "has no such record"}`,
    evidence: [
      ...own.map(({ fact }) => `${fact.at}: "${fact.rule}"`),
      ...(last ? [`${stepText(last)} denies it`, ...last.notes] : []),
    ],
    next: [
      ...(isRenamed ? [commands.explain(to.name, "the name that it becomes")] : []),
      commands.check("after changing the rule: what is wrong with the file"),
    ],
  };
};
