import type { TraceFact } from "../server/contract/trace-fact.ts";
import type { Told, ToldStep } from "./explanation.ts";

/** A fact, and the step that it is of. */
export interface Stated<Fact extends TraceFact> {
  readonly told: Told;
  readonly step: ToldStep;
  readonly fact: Fact;
}

/** All facts of a kind, in the order in which they came to be. What upstreams say past a cache counts with the rest. */
export function factsIn<Kind extends TraceFact["kind"]>(
  answers: readonly Told[],
  kind: Kind,
): Stated<Extract<TraceFact, { kind: Kind }>>[] {
  const isOfKind = (fact: TraceFact): fact is Extract<TraceFact, { kind: Kind }> => {
    return fact.kind === kind;
  };
  return answers.flatMap((told) => {
    const past = kind === "upstream" ? (told.pastCache?.steps ?? []) : [];
    return [...told.steps, ...past].flatMap((step) => {
      return step.facts.filter(isOfKind).map((fact) => ({ told, step, fact }));
    });
  });
}

/** For evidence: `plugin/cache (Corefile:4)`. */
export function stepText({ plugin, at }: ToldStep): string {
  return at === "" ? `plugin/${plugin}` : `plugin/${plugin} (${at})`;
}
