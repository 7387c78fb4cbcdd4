import { Name } from "../dns/name.ts";
import type { ClusterFacts, ClusterView } from "../server/contract/cluster-view.ts";
import type { Respondent } from "./ask.ts";
import { askOne } from "./ask.ts";
import type { Told } from "./explanation.ts";
import type { Target } from "./finding.ts";

/** As many as the server follows in one answer. */
const MAX_TARGETS = 11;

/** A name whose ExternalName is to be followed. */
export interface Followed {
  readonly to: Respondent;
  readonly types: readonly number[];
  readonly view: ClusterView | undefined;
  readonly name: Name;
  readonly facts: ClusterFacts | undefined;
  readonly answers: readonly Told[];
}

/** Where the ExternalName of a name leads, if that has not answered: each target is asked for by itself. */
export async function followTargets(from: Followed): Promise<readonly Target[]> {
  const { to, types, view, answers } = from;
  const targets: Target[] = [];
  const seen = new Set([from.name.key]);
  if (answers.some(({ isAnswered }) => isAnswered)) return targets;
  let next = targetOf(from.facts);
  while (next && targets.length < MAX_TARGETS) {
    const isCircle = seen.has(next.key);
    const name = next;
    const all = isCircle ? [] : await Promise.all(types.map((type) => askOne(to, name, type)));
    targets.push({ name: name.toString(), answers: all.map(({ told }) => told), isCircle });
    if (isCircle) break;
    seen.add(name.key);
    next = targetOf(view?.factsOf(name));
  }
  return targets;
}

function targetOf(facts: ClusterFacts | undefined): Name | undefined {
  const service = facts?.service;
  return service?.type === "ExternalName" ? Name.tryParse(service.externalName) : undefined;
}
