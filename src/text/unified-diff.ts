const CONTEXT = 3;

interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/**
 * What `diff -u` says of two texts, "" if they are the same. Of the shortest ways from one to the other it takes one
 * that keeps lines in order; where lines repeat it may not be the shortest.
 * @param name of the text, in front of both
 */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return "";
  const lines = compare(linesOf(before), linesOf(after));
  const changed = lines.flatMap(({ sign }, i) => (sign === " " ? [] : [i]));
  const hunks: string[] = [];
  for (let i = 0; i < changed.length;) {
    const from = Math.max(0, (changed[i] ?? 0) - CONTEXT);
    while (i + 1 < changed.length && gap(changed, i) <= 2 * CONTEXT) i++;
    const to = Math.min(lines.length, (changed[i++] ?? 0) + CONTEXT + 1);
    hunks.push(hunk(lines, from, to));
  }
  return `--- ${name}\n+++ ${name}\n${hunks.join("")}`;
}

function gap(changed: readonly number[], i: number): number {
  return (changed[i + 1] ?? 0) - (changed[i] ?? 0) - 1;
}

/** Each with its line break, which the last one may lack. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Goes through both, and looks for the next line of either that the other one still has. */
function compare(before: readonly string[], after: readonly string[]): Line[] {
  const lines: Line[] = [];
  const places = Map.groupBy(after.keys(), (i) => after[i] ?? "");
  let at = 0;
  for (const text of before) {
    const found = text === after[at] ? at : nextPlace(places.get(text), at);
    if (found === undefined) {
      lines.push({ sign: "-", text });
      continue;
    }
    while (at < found) lines.push({ sign: "+", text: after[at++] ?? "" });
    lines.push({ sign: " ", text });
    at++;
  }
  while (at < after.length) lines.push({ sign: "+", text: after[at++] ?? "" });
  return lines;
}

/** Not far ahead: a line such as "}" is found anywhere. */
function nextPlace(places: readonly number[] | undefined, at: number): number | undefined {
  return places?.find((place) => place >= at && place <= at + CONTEXT);
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const count = (all: readonly Line[], sign: "-" | "+"): number =>
    all.filter((line) => line.sign === " " || line.sign === sign).length;
  const shown = lines.slice(from, to);
  const before = lines.slice(0, from);
  const range = (sign: "-" | "+"): string => {
    const length = count(shown, sign);
    // Of a text without lines the place is in front of the first one.
    return `${sign}${count(before, sign) + (length === 0 ? 0 : 1)},${length}`;
  };
  const body = shown.map(({ sign, text }) => {
    return text.endsWith("\n")
      ? `${sign}${text}`
      : `${sign}${text}\n\\ No newline at end of file\n`;
  });
  return `@@ ${range("-")} ${range("+")} @@\n${body.join("")}`;
}
