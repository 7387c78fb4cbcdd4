import { nearestName } from "../../text/nearest-name.ts";
import type { PodSeen } from "../pod-seen.ts";
import { count, listOf, shortened } from "../words.ts";

type Labels = Readonly<Record<string, string>>;

const MAX_VALUES = 5;
const MAX_LABELS = 8;

/** What a selector that takes no Pod is compared with. */
export interface NearLabels {
  /** `app=web`, if that is likely to be meant. */
  readonly meant: string | undefined;
  readonly evidence: readonly string[];
}

/** `app=web,tier=front` */
export function labelsText(labels: Labels): string {
  const entries = Object.entries(labels).map(([key, value]) => shortened(`${key}=${value}`, 100));
  const more = entries.length > MAX_LABELS ? ",..." : "";
  return entries.slice(0, MAX_LABELS).join(",") + more;
}

/** Which labels Pods have that a selector does not take. */
export function nearLabels(selector: Labels, pods: readonly PodSeen[]): NearLabels {
  const keys = Object.keys(selector);
  const wrong = keys.filter(
    (key) => !pods.some(({ labels }) => own(labels, key) === selector[key]),
  );
  const meant = wrong.flatMap((key) => likely(key, selector[key] ?? "", pods)).join(",");
  const [nearest] = pods.toSorted((a, b) => matches(selector, b) - matches(selector, a));
  return {
    meant: meant === "" ? undefined : meant,
    evidence: [
      ...wrong.map((key) => valuesOf(key, pods)),
      ...(wrong.length === 0 ? ["each of these labels is there, but no pod has all of them"] : []),
      ...(nearest ? [`pod "${nearest.name}" ${has(nearest.labels)}, which comes nearest`] : []),
    ],
  };
}

function own(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function has(labels: Labels): string {
  const text = labelsText(labels);
  return text === "" ? "has no labels" : `has labels ${text}`;
}

function matches(selector: Labels, { labels }: PodSeen): number {
  return Object.entries(selector).filter(([key, value]) => own(labels, key) === value).length;
}

/** The value was mistyped, or the key was. */
function likely(key: string, value: string, pods: readonly PodSeen[]): string[] {
  const values = pods.flatMap(({ labels }) => own(labels, key) ?? []);
  const nearValue = nearestName(value, new Set(values));
  if (nearValue !== undefined) return [`${key}=${nearValue}`];
  if (values.length > 0) return [];
  const others = pods.flatMap(({ labels }) =>
    Object.keys(labels).filter((one) => own(labels, one) === value),
  );
  const nearKey = nearestName(key, new Set(others));
  return nearKey === undefined ? [] : [`${nearKey}=${value}`];
}

function valuesOf(key: string, pods: readonly PodSeen[]): string {
  const counts = new Map<string, number>();
  for (const { labels } of pods) {
    const value = own(labels, key);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (counts.size === 0)
    return `no pod of the namespace has a label ${listOf([shortened(key, 100)])}`;
  const most = [...counts].toSorted(([, a], [, b]) => b - a);
  const told = most
    .slice(0, MAX_VALUES)
    .map(([value, number]) => `"${shortened(`${key}=${value}`, 100)}" (${count(number, "pod")})`);
  const more =
    most.length > MAX_VALUES ? ` and ${count(most.length - MAX_VALUES, "other value")}` : "";
  return `pods of the namespace have ${told.join(", ")}${more}`;
}
