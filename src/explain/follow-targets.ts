import { aliasTargets, endOfAliases } from "../dns/aliases.ts";
import { Name } from "../dns/name.ts";
import type { ClusterFacts, ClusterView, ServiceFacts } from "../server/contract/cluster-view.ts";
import type { Asked } from "./ask.ts";
import { askOne } from "./ask.ts";
import type { Target } from "./finding.ts";
import type { Respondent } from "./put-question.ts";

/** As many as the server follows in one answer. */
const MAX_TARGETS = 11;

/** A name whose aliases are to be followed. */
export interface Followed {
  readonly to: Respondent;
  readonly types: readonly number[];
  readonly view: ClusterView | undefined;
  readonly name: Name;
  readonly facts: ClusterFacts | undefined;
  readonly asked: readonly Asked[];
}

/** Where the ExternalName or the CNAME of a name leads, if that has not answered: each target is asked for by itself. */
export async function followTargets(from: Followed): Promise<readonly Target[]> {
  const { to, types, view } = from;
  const targets: Target[] = [];
  const seen = new Set([from.name.key]);
  let { name, asked } = from;
  if (asked.some(({ told }) => told.isAnswered)) return targets;
  let next = targetOf(from.facts) ?? endOfCnames(name, asked);
  while (next && targets.length < MAX_TARGETS) {
    const isCircle = seen.has(next.key);
    name = next;
    asked = isCircle ? [] : await Promise.all(types.map((type) => askOne(to, next as Name, type)));
    targets.push({ name: name.toString(), answers: asked.map(({ told }) => told), isCircle });
    if (isCircle || asked.some(({ told }) => told.isAnswered)) break;
    seen.add(name.key);
    next = targetOf(view?.factsOf(name)) ?? endOfCnames(name, asked);
  }
  return targets;
}

/** The Service where the ExternalName of a name leads in the end, if that is one of the cluster's. */
export function serviceBehindAlias(
  view: ClusterView | undefined,
  facts: ClusterFacts | undefined,
): ServiceFacts | undefined {
  let next = targetOf(facts);
  for (let i = 0; next && i < MAX_TARGETS; i++) {
    const { service } = view?.factsOf(next) ?? {};
    if (service && service.type !== "ExternalName") return service;
    next = service && Name.tryParse(service.externalName);
  }
  return undefined;
}

function targetOf(facts: ClusterFacts | undefined): Name | undefined {
  const service = facts?.service;
  return service?.type === "ExternalName" ? Name.tryParse(service.externalName) : undefined;
}

/** What the CNAME records of a reply lead to in the end; the name itself if they lead nowhere else, as in a circle. */
function endOfCnames(name: Name, asked: readonly Asked[]): Name | undefined {
  for (const { reply } of asked) {
    const aliases = aliasTargets(reply?.answer ?? []);
    if (!aliases.has(name.key)) continue;
    const key = endOfAliases(name.key, aliases);
    return key === undefined ? name : Name.fromWire(key, key);
  }
  return undefined;
}
