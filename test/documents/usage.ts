/** How often arguments may stand; both included. */
export interface Count {
  readonly min: number;
  readonly max: number;
}

/** A line of a README's Syntax: `prefetch AMOUNT [DURATION [PERCENTAGE%]]`. */
export interface Usage {
  readonly name: string;
  readonly args: Count;
}

/** What a README's Syntax shows: the directive, and its properties. */
export interface Synopsis {
  readonly directive: Usage;
  /** Without those whose name stands for any word, as ADDRESS. */
  readonly properties: readonly Usage[];
}

/** @param section the README's Syntax, whose first fenced text is the synopsis */
export function readSynopsis(section: string): Synopsis {
  const [, text = ""] = /```\n(.*?)```/s.exec(section) ?? [];
  const [head = "", ...rest] = text.split("\n");
  const lines = rest.filter((line) => /^ {4}[a-z]/.test(line)).map((line) => line.trim());
  return { directive: readUsage(head), properties: lines.flatMap(readUsages) };
}

/** `allow|block NET...` are two. */
function readUsages(line: string): Usage[] {
  const { name, args } = readUsage(line);
  return name.split("|").map((one) => ({ name: one, args }));
}

function readUsage(line: string): Usage {
  const [name = "", ...rest] = line.replace(/\s*\{$/, "").split(" ");
  const words = rest.join(" ").match(/\[|\]|\.\.\.|[^\s[\]]+?(?=\.\.\.|[\s[\]]|$)/g) ?? [];
  return { name, args: readSequences(words) };
}

/** Reads up to a closing bracket, which is taken as well. */
function readSequences(words: string[]): Count {
  const ways: Count[] = [];
  let way: Count = { min: 0, max: 0 };
  while (words.length > 0) {
    const word = words.shift() as string;
    if (word === "]") break;
    if (word === "|") {
      ways.push(way);
      way = { min: 0, max: 0 };
      continue;
    }
    const inside = word === "[" ? readSequences(words).max : 1;
    const isRepeated = words[0] === "...";
    if (isRepeated) words.shift();
    const max = isRepeated || !Number.isFinite(inside) ? Infinity : inside;
    way = { min: way.min + (word === "[" ? 0 : 1), max: way.max + max };
  }
  ways.push(way);
  return {
    min: Math.min(...ways.map(({ min }) => min)),
    max: Math.max(...ways.map(({ max }) => max)),
  };
}
