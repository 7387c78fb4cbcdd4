const NUMBER = /^[1-9]\d*$/;

/**
 * Whether `a` comes before `b` in a server's history. False also where that cannot be told: the
 * versions of most servers are numbers (KEP-5504), those of a few are anything.
 */
export function isOlderVersion(a: string, b: string): boolean {
  if (!NUMBER.test(a) || !NUMBER.test(b)) return false;
  return a.length === b.length ? a < b : a.length < b.length;
}
