/** Longer ones are no slips of a name, and comparing them costs the square of their length. */
const LONGEST_NAME = 100;

/**
 * The candidate that `name` is most likely a slip of, or undefined if none is near: up to one
 * edit for three characters. An edit is a character more, less or other, or two swapped.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

/** The hint for a message: `: did you mean "x"?`, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? "" : `: did you mean "${nearest}"?`;
}

/**
 * Optimal string alignment distance. Three rows of the table are enough:
 *
 *              b ->
 *   before   . s . .     s: swapped pair, two up and two left
 *   above    . d u .     d: same or replaced, u: a has one more
 *   row      . l x .     l: b has one more
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = cell(above, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, cell(above, j) + 1, cell(row, j - 1) + 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) best = Math.min(best, cell(before, j - 2) + 1);
      row.push(best);
    }
    before = above;
    above = row;
  }
  return cell(above, b.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
