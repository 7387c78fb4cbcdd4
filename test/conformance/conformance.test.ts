import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conformanceDocument } from "./document.ts";
import { leftOut } from "./left-out.ts";
import type { Transport, World } from "./row.ts";
import { suites } from "./suites.ts";
import { isFor, transports } from "./transports.ts";

const DOCUMENT = join(import.meta.dirname, "../../docs/conformance.md");

describe.each(suites)("$title", ({ rows, start }) => {
  let world: World | undefined;
  const open = new Map<string, Transport>();

  beforeAll(async () => {
    world = await start?.();
    for (const kind of transports) open.set(kind.name, await kind.open(world?.port ?? 0));
  });

  afterAll(async () => {
    for (const transport of open.values()) transport.close();
    await world?.stop();
  });

  const cases = rows.flatMap((row) =>
    transports.filter((kind) => isFor(row, kind)).map(({ name }) => ({ ...row, name })),
  );

  it.each(cases)("$id over $name: $probe -> $expectation", async ({ name, run }) => {
    const on = open.get(name);
    if (!on) throw new Error(`Cannot ask: no transport "${name}"`);
    await run(on);
    expect(on.strays).toEqual([]);
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
