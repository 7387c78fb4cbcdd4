import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { globSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** What each room of the bench may import, besides itself: the table of docs/architecture.md. */
const allowed = readTable();

function readTable(): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(join(import.meta.dirname, "../docs/architecture.md"), "utf8");
  const rows = [
    ...text.matchAll(/^\| (?:`src\/main\.ts`, )?`src\/([\w-]+)\/` \|.*\| ([^|]+) \|$/gm),
  ];
  const rooms = rows.map(([, room = ""]) => room);
  const lists: Record<string, readonly string[]> = { nothing: [], all: rooms };
  return new Map(
    rows.map(([, room = "", list = ""]) => [room, lists[list] ?? list.split(", ")] as const),
  );
}

const source = join(import.meta.dirname, "../src");
const files = globSync("**/*.ts", { cwd: source });

function roomOf(file: string): string {
  return file.includes("/") ? (file.split("/", 1)[0] as string) : "";
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), "utf8");
  const matches = text.matchAll(/^(?:import|export)[^;]*?from "([^"]+)"|import\("([^"]+)"\)/gm);
  return [...matches].map((match) => match[1] ?? match[2] ?? "");
}

describe("imports go one way", () => {
  const own = files.filter((file) => !/\.(test|cases)\.ts$/.test(file) && roomOf(file) !== "");

  it.each(own)("%s", (file) => {
    const room = roomOf(file);
    const rooms = importsOf(file)
      .filter((target) => target.startsWith("."))
      .map((target) => relative(source, join(source, dirname(file), target)))
      .filter((target) => !target.startsWith(".."))
      .map(roomOf);
    const wrong = rooms.filter((other) => other !== room && !allowed.get(room)?.includes(other));
    expect(wrong).toEqual([]);
  });

  it("src/dns needs nothing from outside", () => {
    const foreign = own
      .filter((file) => roomOf(file) === "dns")
      .flatMap((file) => importsOf(file).filter((target) => !target.startsWith(".")))
      .filter((target) => !target.startsWith("node:"));
    expect(foreign).toEqual([]);
  });

  it("no plugin imports another", () => {
    const crossing = own
      .filter((file) => /^plugins\/[^/]+\//.test(file))
      .flatMap((file) => {
        const folder = file.split("/").slice(0, 2).join("/");
        return importsOf(file)
          .filter((target) => target.startsWith("."))
          .map((target) => relative(source, join(source, dirname(file), target)))
          .filter((target) => target.startsWith("plugins/") && !target.startsWith(`${folder}/`))
          .map((target) => `${file} -> ${target}`);
      });
    expect(crossing).toEqual([]);
  });

  it("nothing imports itself, by whatever way", () => {
    const graph = new Map(own.map((file) => [file, targetsOf(file)]));
    const finished = new Set<string>();
    const circles: string[] = [];
    const walk = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(" -> "));
      if (way.includes(file) || finished.has(file)) return;
      for (const target of graph.get(file) ?? []) walk(target, [...way, file]);
      finished.add(file);
    };
    for (const file of own) walk(file, []);
    expect(circles).toEqual([]);
  });
});

/** Files of our own that a file imports. */
function targetsOf(file: string): string[] {
  return importsOf(file)
    .filter((target) => target.startsWith("."))
    .map((target) => relative(source, join(source, dirname(file), target)));
}
