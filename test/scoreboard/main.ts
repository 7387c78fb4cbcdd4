import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatTable } from "../bench/scale/table.ts";
import { ROOT } from "../run-portolan.ts";
import { coreDns, PORTOLAN } from "./contestants.ts";
import type { Line } from "./document.ts";
import { readLines, reliabilityDocument } from "./document.ts";
import type { Contestant, Effort, Figure, Result } from "./figure.ts";
import { FIGURES } from "./figures.ts";

const DOCUMENT = join(ROOT, "docs/reliability.md");

const USAGE = `npm run scoreboard -- [--only S5,S8] [--full] [--servers portolan] [--write]
  --only LIST     these lines (all)
  --full          the time and numbers that the figures are meant for
  --servers LIST  portolan, coredns: whom to measure; what is known of the other is kept
  --write         writes docs/reliability.md`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      servers: { type: "string", default: "portolan,coredns" },
      full: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const chosen = choose(values.only);
  const before = readLines(readFileSync(DOCUMENT, "utf8"));
  const lines: Line[] = [];
  for (const figure of chosen) {
    const old = before.find(({ id }) => id === figure.id);
    const line = await measure(figure, { isFull: values.full }, values.servers.split(","), old);
    lines.push(line);
    console.log(formatTable(TITLES, [cells(line)]));
    if (line.note !== "") console.log(line.note);
    if (values.write) write(lines);
  }
  console.log(`\n${formatTable(TITLES, lines.map(cells))}`);
  if (lines.some(({ met }) => met !== "yes")) process.exitCode = 1;
}

const TITLES = ["#", "figure", "goal", "Portolan", "met", "CoreDNS"];

function cells({ id, what, goal, portolan, met, coredns }: Line): string[] {
  return [id, what, goal, portolan, met, coredns];
}

function choose(only: string | undefined): readonly Figure[] {
  if (only === undefined) return FIGURES;
  return only.split(",").map((id) => {
    const figure = FIGURES.find((one) => one.id === id.trim().toUpperCase());
    if (figure) return figure;
    throw new TypeError(`Cannot measure "${id}": no such figure\n${USAGE}`);
  });
}

async function measure(
  figure: Figure,
  effort: Effort,
  servers: readonly string[],
  old: Line | undefined,
): Promise<Line> {
  const { id, what, goal } = figure;
  const load = loadavg()[0]?.toFixed(1);
  const ours = servers.includes("portolan") ? await attempt(figure, PORTOLAN, effort) : undefined;
  const other = servers.includes("coredns") ? coreDns() : undefined;
  const theirs =
    other && figure.coredns === undefined ? await attempt(figure, other, effort) : undefined;
  const note = ours ? [ours.note ?? [], `load average ${load}`].flat().join("; ") : old?.note;
  return {
    id,
    what,
    goal,
    portolan: ours?.text ?? old?.portolan ?? "not measured yet",
    met: ours ? (ours.isMet ? "yes" : "no") : (old?.met ?? "no"),
    coredns: theirs?.text ?? figure.coredns ?? old?.coredns ?? "not installed here",
    note: note ?? "",
  };
}

/** What goes wrong with one figure does not keep the others from being measured. */
async function attempt(figure: Figure, contestant: Contestant, effort: Effort): Promise<Result> {
  try {
    return await figure.measure(contestant, effort);
  } catch (error) {
    const [first = ""] = (error as Error).message.split("\n");
    return { text: "failed", isMet: false, note: first.slice(0, 300) };
  }
}

function write(lines: readonly Line[]): void {
  writeFileSync(DOCUMENT, reliabilityDocument(FIGURES, lines, readFileSync(DOCUMENT, "utf8")));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
}
