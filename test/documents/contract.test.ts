import { globSync } from "node:fs";
import { expect, it } from "vitest";
import { ROOT } from "../run-portolan.ts";
import { readDocument } from "./readme.ts";

const FOLDER = "src/server/contract";

it("the contract's README has each file of a word, and no others", () => {
  const named = [...readDocument(`${FOLDER}/README.md`).matchAll(/`([a-z0-9-]+\.ts)`/g)];
  const files = globSync("*.ts", { cwd: `${ROOT}/${FOLDER}`, exclude: ["*.test.ts", "index.ts"] });
  expect(new Set(named.map(([, file]) => file))).toEqual(new Set(files));
});

it("the contract's README has each field of an instance", () => {
  const text = readDocument(`${FOLDER}/README.md`);
  const [, body = ""] =
    /export interface Instance \{(.*?)\n\}/s.exec(readDocument(`${FOLDER}/plugin.ts`)) ?? [];
  const fields = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)].map(
    ([, name = ""]) => name,
  );
  expect(fields.length).toBeGreaterThan(12);
  expect(fields.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
