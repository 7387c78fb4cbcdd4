import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conformanceDocument } from "./document.ts";
import { leftOut } from "./left-out.ts";
import type { Transport, Bench } from "./row.ts";
import { suites } from "./suites.ts";
import { isFor, transports } from "./transports.ts";

const DOCUMENT = join(import.meta.dirname, "../../docs/conformance.md");

/** For rows that start servers of their own: nothing is sent there. */
const DISCARD = 9;

describe.each(suites)("$title", ({ rows, start }) => {
  const kinds = transports.filter((kind) => rows.some((row) => isFor(row, kind)));

  describe.each(kinds)("over $name $directive", (kind) => {
    let world: Bench | undefined;
    let on: Transport;

    beforeAll(async () => {
      world = await start?.(kind.directive);
      on = await kind.open(world?.port ?? DISCARD);
    });

    afterAll(async () => {
      on.close();
      await world?.stop();
    });

    const own = rows.filter((row) => isFor(row, kind));
    it.each(own)("$id $probe -> $expectation", async ({ run }) => {
      await run(on);
      expect(on.strays).toEqual([]);
    });
  });
});

describe("the table", () => {
  it("has each row once", () => {
    const ids = [
      ...suites.flatMap(({ rows }) => rows.map(({ id }) => id)),
      ...leftOut.flatMap(({ ids }) => ids),
    ];
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it("is what docs/conformance.md says; npm run conformance:doc writes it", async () => {
    const text = conformanceDocument();
    if (process.env["PORTOLAN_WRITE_DOCS"] === "1") await writeFile(DOCUMENT, text);
    expect(await readFile(DOCUMENT, "utf8")).toBe(text);
  });
});
