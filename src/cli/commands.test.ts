import { describe, expect, it } from "vitest";
import { readArguments } from "./arguments.ts";
import { flagsOf } from "./command-description.ts";
import { COMMANDS } from "./commands.ts";
import { findCommand } from "./find-command.ts";
import { helpText } from "./help-text.ts";

it("the first command is that without a name, and every other has one of its own", () => {
  const names = COMMANDS.map(({ name }) => name);
  expect(names[0]).toBe("");
  expect(new Set(names).size).toBe(names.length);
});

describe.each(COMMANDS)('the command "$name"', (command) => {
  const flags = flagsOf(command);

  it("can be loaded", async () => {
    expect(await command.load()).toBeTypeOf("function");
  });

  it("has no two flags of one name", () => {
    const names = Object.entries(flags).flatMap(([name, { also = [] }]) => [name, ...also]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("has examples that its flags allow", () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { line } of command.examples) {
      const [, ...args] = /portolan[^<>|)]*/.exec(line)?.[0].trim().split(" ") ?? [];
      const found = findCommand(args, COMMANDS);
      expect(found.command.name).toBe(command.name);
      const { words } = readArguments(found.rest, flags);
      expect(words.length === 0 || command.operands.length > 0).toBe(true);
    }
  });

  it("says in its synopsis what words it takes", () => {
    for (const { name } of command.operands) expect(command.synopsis).toContain(name);
  });

  it("has a help of 80 columns, but for examples", () => {
    const lines = helpText(command, COMMANDS).split("\n");
    const examples = command.examples.map(({ line }) => `  ${line}`);
    const wide = lines.filter((line) => line.length > 80 && !examples.includes(line));
    expect(wide).toEqual([]);
  });
});
