import { expect, it } from "vitest";
import { ruleOfMessage } from "../../src/check/message-rules.ts";
import type { Seen } from "../../src/check/rule.ts";
import { LINTS, RULES } from "../../src/check/table.ts";
import { seenIn } from "../../src/check/seen.cases.ts";
import { findAll } from "../../src/check/findings.ts";
import { corefilesIn, documents, readDocument } from "./readme.ts";

const document = readDocument("docs/check.md");

/** Of another machine than this one. */
function elsewhere(corefile: string): Seen {
  return { ...seenIn(corefile), machine: undefined };
}

it("docs/check.md has each rule, in the words that the program has for it", () => {
  const rows = document.split("\n").filter((line) => line.startsWith("| <a id="));
  expect(rows).toEqual(
    RULES.map(({ id, level, what, mend }) => {
      return `| <a id="${id}"></a>\`${id}\` | ${level} | ${what} | ${mend} |`;
    }),
  );
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  expect(LINTS.length).toBeGreaterThan(20);
});

it("the comments that docs/check.md shows leave out all that would be found", () => {
  const [text = ""] = corefilesIn(document);
  const said = { errors: [], warnings: [] };
  expect(findAll(said, elsewhere(text))).toEqual([]);
  const bare = text.replaceAll(/# portolan.*/g, "");
  expect(findAll(said, elsewhere(bare)).map(({ rule }) => rule.id)).toEqual([
    "loop-missing",
    "cache-missing",
    "logs-all",
  ]);
});

it("warns of nothing in Corefiles of documents", () => {
  const all = [...documents, "docs/troubleshooting.md"].flatMap((path) =>
    corefilesIn(readDocument(path)).map((text) => ({ path, text })),
  );
  expect(all.length).toBeGreaterThan(50);
  const warned = all.flatMap(({ path, text }) => {
    const found = findAll({ errors: [], warnings: [] }, elsewhere(text));
    return found.filter(({ rule }) => rule.level !== "note").map(({ message }) => [path, message]);
  });
  expect(warned).toEqual([]);
});

it("what docs/errors.md says of Corefiles has a rule of its own, or is an option that cannot be used", () => {
  const [, part = ""] = /^## In a Corefile$(.*?)^## /ms.exec(readDocument("docs/errors.md")) ?? [];
  const rows = [...part.matchAll(/^\| `([^`]+)` \| (.*)\|$/gm)];
  expect(rows.length).toBeGreaterThan(50);
  const rules = rows.map(([, message = "", rest = ""]) => {
    const text = message.replaceAll("…", "x");
    return ruleOfMessage(rest.includes("a warning") ? "warning" : "error", text).id;
  });
  expect(new Set(rules).size).toBeGreaterThan(14);
  // Those that fit no other rule are few.
  expect(rules.filter((id) => id === "start-warning")).toEqual([]);
  expect(rules.filter((id) => id === "unusable-option").length).toBeLessThan(rows.length / 2);
});
