import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { flagsOf } from "../../src/cli/command-description.ts";
import { isMissing } from "../installed.ts";
import { ROOT } from "../run-portolan.ts";
import { builtPlugins } from "./readme.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-man-"));
beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, "deploy/man/main.ts"), folder]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

/** What such a program complains of, page by page. */
function complaints(program: string, args: readonly string[]): string[] {
  return readdirSync(folder).flatMap((file) => {
    const done = spawnSync(program, [...args, file], { cwd: folder, encoding: "utf8" });
    if (done.error) throw done.error;
    return `${program === "mandoc" ? done.stdout : ""}${done.stderr}`.split("\n").filter(Boolean);
  });
}

describe("the manual", () => {
  it("has a page for every command, and one for every plugin", () => {
    const commands = COMMANDS.map(({ name }) => `portolan ${name}`.trim().replaceAll(" ", "-"));
    const expected = [
      ...commands.map((name) => `${name}.1`),
      ...builtPlugins.map(({ name }) => `portolan-${name}.7`),
      "portolan-messages.7",
      "portolan-troubleshooting.7",
    ];
    expect(readdirSync(folder).toSorted()).toEqual(expected.toSorted());
  });

  it("says each flag and each example of a command", () => {
    for (const { name, flags, examples } of COMMANDS) {
      const text = read(`${`portolan ${name}`.trim().replaceAll(" ", "-")}.1`);
      const said = text.replaceAll(String.raw`\-`, "-").replaceAll(String.raw`\(ti`, "~");
      for (const flag of Object.keys(flagsOf({ flags }))) expect(said).toContain(flag);
      for (const { line } of examples) expect(said).toContain(line);
    }
  });

  it("has all sections of a README, and no mark of markdown", () => {
    for (const { name } of builtPlugins) {
      const text = read(`portolan-${name}.7`);
      const readme = readFileSync(join(ROOT, `src/plugins/${name}/README.md`), "utf8");
      const titles = [...readme.matchAll(/^## (.*)$/gm)].map(([, title = ""]) => title);
      const sections = [...text.matchAll(/^\.SH "(.*)"$/gm)].map(([, title]) => title);
      expect(sections).toEqual(titles.map((title) => title.replaceAll("`", "").toUpperCase()));
      expect(text).not.toMatch(/\*\*|```|\]\(|^\|/m);
      expect(text).toMatch(new RegExp(`^portolan-${name} - .*[^.]$`, "m"));
    }
  });

  it.skipIf(isMissing("mandoc", "REQUIRE_SHELLS"))("is in order for mandoc", () => {
    // A version says more than a date, and a build is the same on each day.
    const found = complaints("mandoc", ["-Tlint", "-Wwarning"]);
    expect(found.filter((one) => !one.includes("missing date"))).toEqual([]);
  });

  it.skipIf(isMissing("groff", "REQUIRE_SHELLS"))("is in order for groff", () => {
    expect(complaints("groff", ["-man", "-Tutf8", "-ww", "-z"])).toEqual([]);
  });
});
