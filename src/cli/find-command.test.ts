import { describe, expect, it } from "vitest";
import { SERVE } from "./commands/serve.ts";
import { findCommand, noSuchCommand } from "./find-command.ts";

const names = ["check", "cache flush", "cache", "cluster list"];
const commands = [SERVE, ...names.map((name) => ({ ...SERVE, name }))];

describe("finding a command", () => {
  it.each([
    [[], "", []],
    [["-conf", "check"], "", ["-conf", "check"]],
    [["check", "file"], "check", ["file"]],
    [["cache", "flush", "web"], "cache flush", ["web"]],
    [["cache", "flash"], "cache", ["flash"]],
    [["cluster"], "", ["cluster"]],
  ])("takes the longest name that %j begins with", (args, name, rest) => {
    const found = findCommand(args, commands);
    expect([found.command.name, found.rest]).toEqual([name, rest]);
  });

  it.each([
    [["chekc"], 'did you mean "check"?'],
    [["cluster"], 'did you mean "cluster list"?'],
    [["cluster", "lsit"], 'did you mean "cluster list"?'],
    [["sing"], "known are check, cache flush, cache, cluster list"],
  ])("says of %j what may be meant", (words, hint) => {
    expect(noSuchCommand(words, commands).message).toContain(hint);
  });
});
