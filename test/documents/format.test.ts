import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCorefile } from "../../src/corefile/corefile.ts";
import { formatCorefile } from "../../src/corefile/format.ts";
import { ROOT } from "../run-portolan.ts";
import { corefilesIn, documents, readDocument } from "./readme.ts";

const testdata = "src/corefile/testdata";

/** `[document, how many-th in it, Corefile]` */
const corefiles = [
  ...documents.flatMap((path) =>
    corefilesIn(readDocument(path)).map((text, i) => [path, i + 1, text] as const),
  ),
  ...readdirSync(join(ROOT, testdata)).map(
    (file) => [file, 1, readDocument(`${testdata}/${file}`)] as const,
  ),
  ["Corefile.example", 1, readDocument("Corefile.example")] as const,
];

function meaningOf(text: string): unknown {
  const blocks = parseCorefile(text, "Corefile", { env: {}, glob: () => [] });
  return JSON.parse(
    JSON.stringify(blocks, (key, value: unknown) => {
      return key === "line" || key === "column" ? undefined : value;
    }),
  );
}

describe("formatted, a Corefile means the same", () => {
  it.each(corefiles)("%s %i", (_path, _i, text) => {
    const formatted = formatCorefile(text, "Corefile");
    expect(meaningOf(formatted)).toEqual(meaningOf(text));
    expect(formatCorefile(formatted, "Corefile")).toBe(formatted);
    const comments = (all: string): string[] => all.match(/#.*/g) ?? [];
    expect(comments(formatted)).toEqual(comments(text));
  });
});

it("what documents show is formatted", () => {
  const shown = corefiles.filter(([path]) => /README|example/.test(path));
  const odd = shown.filter(([, , text]) => formatCorefile(text, "Corefile") !== text);
  expect(odd.map(([path, i]) => `${path} ${i}`)).toEqual([]);
});
