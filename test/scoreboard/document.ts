import type { Figure } from "./figure.ts";

/** A line of the table, as text. */
export interface Line {
  readonly id: string;
  readonly what: string;
  readonly goal: string;
  readonly portolan: string;
  /** "yes" or "no". */
  readonly met: string;
  readonly coredns: string;
  readonly note: string;
}

const COLUMNS = ["id", "what", "goal", "portolan", "met", "coredns", "note"] as const;
const TITLES = ["#", "Figure", "Goal", "Portolan", "Met", "CoreDNS 1.15.0", "Notes"];
const UNKNOWN = "not measured yet";

const HEAD = `# Reliability

What a DNS server should bear, as seventeen figures, measured on the loopback of one machine of two cores. This page is
written by \`npm run scoreboard -- --write\`; \`--only S5,S8\` measures these lines again and leaves the others as they
are, \`--full\` takes the time that the figures are meant for (a million messages, twenty reloads in a minute, ten
minutes of soak). CoreDNS is measured beside where it is installed and the same can be asked of it. Other work on the
machine is in all times: what is met here is met with it.

`;

/** The page. Lines that are not among `lines` are taken over from `before`, the page as it was. */
export function reliabilityDocument(
  figures: readonly Figure[],
  lines: readonly Line[],
  before: string,
): string {
  const old = readLines(before);
  const all = figures.map(({ id, what, goal, coredns = UNKNOWN }) => {
    const known = lines.find((line) => line.id === id) ?? old.find((line) => line.id === id);
    return known ?? { id, what, goal, portolan: UNKNOWN, met: "no", coredns, note: "" };
  });
  const rows = all.map((line) => row(COLUMNS.map((column) => line[column])));
  return `${HEAD}${row(TITLES)}${row(TITLES.map(() => "---"))}${rows.join("")}`;
}

export function readLines(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => /^\| S\d+ \|/.test(line))
    .map((line) => {
      const cells = line
        .slice(2, -2)
        .split(" | ")
        .map((cell) => cell.trim());
      return Object.fromEntries(COLUMNS.map((column, i) => [column, cells[i] ?? ""])) as never;
    });
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "/")).join(" | ")} |\n`;
}
