/** Longer ones are no slips of a name. */
const LONGEST_NAME = 100;
/** Whoever is further off has meant something else. */
const MOST_EDITS = 2;

/**
 * The candidate that `name` is most likely a slip of, or undefined if none is near: up to one
 * edit for three characters, and two at most. An edit is a character more, less or other, or two swapped.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let least = Math.min(MOST_EDITS, Math.max(1, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), least);
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
    if (least === 0) break;
  }
  return nearest;
}

/** The hint for a message: `: did you mean "x"?`, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? "" : `: did you mean "${nearest}"?`;
}

/** Optimal string alignment distance, or `limit` if it is not below that. Most words are too far off, which is seen soon. */
function editDistance(a: string, b: string, limit: number): number {
  if (!isWithin(limit - 1, a, 0, b, 0)) return limit;
  let edits = 0;
  while (!isWithin(edits, a, 0, b, 0)) edits++;
  return edits;
}

/**
 * Whether so few edits make one rest of the other. It takes four ways where words part, so few edits are to be asked for:
 * with them it is ten times as fast as a table, and thousands of words are compared with one.
 */
function isWithin(edits: number, a: string, fromA: number, b: string, fromB: number): boolean {
  let [i, j] = [fromA, fromB];
  while (i < a.length && j < b.length && a.charCodeAt(i) === b.charCodeAt(j)) {
    i++;
    j++;
  }
  const [restA, restB] = [a.length - i, b.length - j];
  if (restA === 0 || restB === 0) return restA + restB <= edits;
  const left = edits - 1;
  if (left < 0 || Math.abs(restA - restB) > edits) return false;
  if (isWithin(left, a, i + 1, b, j + 1)) return true;
  if (isWithin(left, a, i + 1, b, j) || isWithin(left, a, i, b, j + 1)) return true;
  const isSwapped =
    a.charCodeAt(i) === b.charCodeAt(j + 1) && a.charCodeAt(i + 1) === b.charCodeAt(j);
  return isSwapped && isWithin(left, a, i + 2, b, j + 2);
}
