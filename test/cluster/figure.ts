/** Says what was measured, in a line of its own that begins so that it is found. */
export function figure(what: string, value: string | number): void {
  // oxlint-disable-next-line no-console -- for people who read the output of the suite
  console.log(`figure: ${what}: ${value}`);
}

export function inMs(ms: number): string {
  return `${Math.round(ms * 10) / 10} ms`;
}

/** @param share 0.5 for the median */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
