import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCorefile } from "../src/corefile/corefile.ts";
import { plugins } from "../src/plugins/index.ts";
import { checkCorefile } from "../src/server/parsed-block.ts";
import { Portolan, ROOT } from "./run-portolan.ts";

const folder = join(ROOT, "src/corefile/testdata");

function check(file: string, text: string): void {
  const path = join(folder, file);
  const blocks = parseCorefile(text, path, { env: {} });
  checkCorefile({ blocks, files: [], digest: "" }, plugins);
}

describe.each(readdirSync(folder))("%s", (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  it("is understood, directive by directive", () => {
    expect(() => check(file, text)).not.toThrow();
  });

  it("gives check nothing to find", async () => {
    const path = join(folder, file);
    const portolan = new Portolan(["check", "-elsewhere", "-format", "json", path]);
    const { code, stdout } = await portolan.finished;
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ findings: [] })]);
  });
});
