import type { ObjectsRead } from "../server/contract/cluster-objects.ts";
import type { ClusterFacts, ClusterState, ServiceFacts } from "../server/contract/cluster-view.ts";
import type { Command, Level, Told } from "./explanation.ts";

/** A name that a resolver asks for, and all that is known of it. */
export interface Seen {
  /** Absolute, in presentation form. */
  readonly name: string;
  /** In presentation form; undefined for the name as it was typed. */
  readonly suffix: string | undefined;
  /** Labels of what was typed. */
  readonly typedLabels: number;
  readonly answers: readonly Told[];
  /** Undefined outside of the cluster's zones. */
  readonly facts: ClusterFacts | undefined;
  readonly state: ClusterState | undefined;
  /** The client's. */
  readonly address: string;
  /** Upstreams that were asked and are this server itself. */
  readonly ownUpstreams: readonly string[];
  /** Where an alias leads, each after the other. */
  readonly targets: readonly Target[];
  /** The Service where its ExternalName leads in the end, if that is one of the cluster's. */
  readonly behindAlias?: ServiceFacts | undefined;
  /** Objects that were looked at because of this name; undefined if nothing was. */
  readonly closer?: Closer | undefined;
}

/** Objects as the API has them. What nobody looked at is undefined. */
export interface Closer {
  readonly namespace?: ObjectsRead | undefined;
  readonly service?: ObjectsRead | undefined;
  readonly slices?: ObjectsRead | undefined;
  /** Those that the Service selects. */
  readonly pods?: ObjectsRead | undefined;
  /** The Pod that the name asks for. */
  readonly named?: ObjectsRead | undefined;
  /** Pods of the namespace, if it selects none, or if none is selected. */
  readonly neighbours?: ObjectsRead | undefined;
}

export interface Target {
  readonly name: string;
  readonly answers: readonly Told[];
  /** Whether it has been there before. */
  readonly isCircle: boolean;
}

/** A cause that was found. */
export interface Finding {
  readonly code: string;
  readonly level: Level;
  /** How near the name came to being answered: of several causes the one that counts is the nearest. */
  readonly weight: number;
  readonly sentence: string;
  readonly evidence: readonly string[];
  readonly next: readonly Command[];
  /** What it could not see for this, with the command that can. */
  readonly unseen?: readonly Command[] | undefined;
}

/** Looks for one cause; undefined if it is another one. */
export type Cause = (seen: Seen) => Finding | undefined;

export function isAnswered({ answers }: Pick<Seen, "answers">): boolean {
  return answers.some((told) => told.isAnswered);
}

/** Whether one of the replies has this reason. */
export function hasReason({ answers }: Pick<Seen, "answers">, code: string): boolean {
  return answers.some(({ reason }) => reason === code);
}

/** Whether a plugin denies the name that knows nothing of the cluster: one in front, or behind by `fallthrough`. */
export function isDeniedByOthers({ answers }: Pick<Seen, "answers">): boolean {
  return answers.some(({ rcode, reason, block }) => {
    return block !== null && rcode === "NXDOMAIN" && reason === null;
  });
}

/**
 * Whether only the search list has put the Service there: "web.shop" in namespace "default" is no endpoint "web" of a Service
 * "shop" of that, nor is "web" a namespace because "svc.cluster.local" completes it.
 */
export function isByChance({
  suffix,
  typedLabels,
  facts,
}: Pick<Seen, "suffix" | "typedLabels" | "facts">): boolean {
  if (suffix === undefined || !facts) return false;
  const isOwn = suffix.startsWith(`${facts.namespace}.svc.`);
  return isOwn ? typedLabels > 1 : facts.serviceName === "" && !isMeant({ suffix, facts });
}

/** The weight of what happened to a name on its way, whatever there is of the name. */
export function weightOnTheWay(seen: Seen, inCluster: number): number {
  if (seen.facts && !isByChance(seen)) return inCluster;
  // What ends the lookup is all that there is to be told of.
  const hasEnded = seen.answers.some(({ rcode }) => rcode === null || rcode === "REFUSED");
  if (seen.facts) return hasEnded ? 56 : 30;
  return seen.suffix !== undefined ? 4 : seen.typedLabels === 1 ? 8 : 58;
}

/** Whether the user has written that name, as opposed to one that a search list has made by chance. */
export function isMeant({ suffix, facts }: Pick<Seen, "suffix" | "facts">): boolean {
  if (suffix === undefined) return true;
  // "web.shop.svc" says itself what it is.
  return facts !== undefined && facts.kind !== "" && suffix === facts.zone.toString();
}
