import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../run-portolan.ts";

/** What stands in the blocks of code of docs/runbooks.md that are in this language. */
export function runbookBlocks(language: "sh" | "promql"): readonly string[] {
  const text = readFileSync(join(ROOT, "docs/runbooks.md"), "utf8");
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)\n```$/gms)];
  return blocks.flatMap(([, name, block = ""]) => (name === language ? [block] : []));
}
