import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { isMissing } from "../installed.ts";
import { Portolan } from "../run-portolan.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-completion-"));
writeFileSync(join(folder, "Corefile new"), "");
afterAll(() => rmSync(folder, { recursive: true }));

/** What a shell offers at the end of a line. */
type Offers = (line: string) => string[];

const shells: Readonly<Record<string, Offers>> = {
  bash(line) {
    const words = line.split(/ |(=)/).filter((word) => word !== undefined);
    const program = `source script.bash
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _portolan; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run("bash", ["--norc", "-c", program, "bash", ...words]);
  },
  zsh(line) {
    const capture = join(import.meta.dirname, "capture.zsh");
    const said = run("zsh", ["-f", capture, join(folder, "script.zsh"), line]);
    const offers = said.filter((one) => one.includes("offer "));
    return offers.map((one) => one.slice(one.lastIndexOf("offer ") + "offer ".length));
  },
  fish(line) {
    const program = "source script.fish; complete -C $argv[1]";
    return run("fish", ["--no-config", "-c", program, line]).map((one) => one.split("\t")[0] ?? "");
  },
};

function run(shell: string, args: readonly string[]): string[] {
  const env = { ...process.env, HOME: folder, TERM: "xterm" };
  const { stdout, stderr, error } = spawnSync(shell, args, { cwd: folder, env, encoding: "utf8" });
  if (error) throw error;
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

beforeAll(async () => {
  for (const shell of Object.keys(shells)) {
    const { stdout } = await new Portolan(["completion", shell]).finished;
    writeFileSync(join(folder, `script.${shell}`), stdout);
  }
});

const firstWords = [...new Set(COMMANDS.flatMap(({ name }) => name.split(" ", 1)))].filter(
  (word) => word !== "",
);

describe.each(Object.entries(shells))("%s", (shell, offers) => {
  it.skipIf(isMissing(shell, "REQUIRE_SHELLS")).each([
    ["portolan ", firstWords],
    ["portolan exp", ["explain"]],
    ["portolan -log-f", ["-log-format"]],
    ["portolan -log-format ", ["json", "text"]],
    ["portolan explain web.shop AAA", ["AAAA"]],
    ["portolan explain -o ", ["json", "text"]],
    ["portolan explain web.shop -fr", ["-from"]],
    ["portolan explain -from ", []],
    ["portolan query web +shor", ["+short"]],
    ["portolan cache ", ["flush"]],
    ["portolan completion ", ["bash", "fish", "zsh"]],
    ["portolan help exp", ["explain"]],
  ])("offers behind %j what may stand there", (line, expected) => {
    expect(offers(line).toSorted()).toEqual(expected.toSorted());
  });

  it
    .skipIf(isMissing(shell, "REQUIRE_SHELLS"))
    .each(["portolan check Core", "portolan -conf Core", "portolan -quiet -conf Core"])(
    "offers files behind %j",
    (line) => {
      const [only = "", ...others] = offers(line);
      expect(others).toEqual([]);
      expect(only.replace("\\", "")).toBe("Corefile new");
    },
  );
});

describe("bash", () => {
  const { bash = () => [] } = shells;

  it("knows two dashes, and values behind a sign", () => {
    expect(bash("portolan explain --fr")).toEqual(["--from"]);
    expect(bash("portolan explain -o=")).toEqual(["text", "json"]);
    expect(bash("portolan explain -o=j")).toEqual(["json"]);
  });

  it.skipIf(isMissing("shellcheck", "REQUIRE_SHELLS"))("finds no fault with its script", () => {
    expect(run("shellcheck", ["-s", "bash", "script.bash"])).toEqual([]);
  });
});

it("there is none for a shell that is not known", async () => {
  const { code, stderr } = await new Portolan(["completion", "tcsh"]).finished;
  expect([code, stderr]).toEqual([1, 'Cannot complete for "tcsh": expected bash, zsh, fish\n']);
});
