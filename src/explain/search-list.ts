import { Name } from "../dns/name.ts";

/** Kubelet's `ndots`: names with fewer dots are completed before they are asked for as they are. */
export const NDOTS = 5;

/** A name that a resolver asks for. */
export interface Candidate {
  readonly name: Name;
  /** What completed it; undefined for the name as it was typed. */
  readonly suffix: Name | undefined;
}

/** What kubelet writes into resolv.conf of a pod: its namespace, all Services, the zone, what its node searches. */
export function searchListOf(
  namespace: string,
  zone: Name,
  ofNode: readonly Name[],
): readonly Name[] {
  const inCluster = [`${namespace}.svc`, "svc"].flatMap((labels) => {
    return Name.tryParse(labels)?.concat(zone) ?? [];
  });
  return [...inCluster, zone, ...ofNode];
}

/**
 * The names that a resolver asks for one after the other (resolv.conf(5)). One that ends in a dot is asked for as it is; one
 * with enough dots first as it is, and then completed.
 * @throws {SyntaxError} if it is no name
 */
export function candidatesOf(
  typed: string,
  search: readonly Name[],
  ndots: number = NDOTS,
): readonly Candidate[] {
  const name = Name.parse(typed);
  const asItIs: Candidate = { name, suffix: undefined };
  if (endsInDot(typed)) return [asItIs];
  const completed = search.flatMap((suffix): Candidate[] => {
    const whole = name.concat(suffix);
    return whole ? [{ name: whole, suffix }] : [];
  });
  const dots = name.labelCount() - 1;
  return dots >= ndots ? [asItIs, ...completed] : [...completed, asItIs];
}

/** A dot that is escaped belongs to a label. */
function endsInDot(typed: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\.$/.test(typed);
}
