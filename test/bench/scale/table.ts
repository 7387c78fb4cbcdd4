/** A table in Markdown, so that it can go into a document as it is: the first column to the left. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const pad = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  };
  const rule = widths.map((width, column) => `${"-".repeat(width - 1)}${column === 0 ? "-" : ":"}`);
  return [headings, ...rows]
    .map((row) => line(row.map(pad)))
    .toSpliced(1, 0, line(rule))
    .join("\n");
}

/** The value below which so large a share of all is, by the nearest rank; NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? Number.NaN;
}

export function mebioctets(octets: number): string {
  return `${(octets / 2 ** 20).toFixed(0)} MiB`;
}

/** A ratio of two figures: `1.52`. */
export function ratio(a: number, b: number | undefined): string {
  return b === undefined ? "-" : (a / b).toFixed(2);
}
