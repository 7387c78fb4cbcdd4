import { WriteStream } from "node:tty";
import { afterEach, expect, it, vi } from "vitest";
import { lookOf } from "./look-of-terminal.ts";

afterEach(() => vi.unstubAllEnvs());

function stream(isTTY: boolean, columns?: number): typeof process.stdout {
  return Object.assign(Object.create(WriteStream.prototype) as typeof process.stdout, {
    isTTY,
    columns,
  });
}

it.each([
  ["a terminal", true, {}, true],
  ["a pipe", false, {}, false],
  ["a terminal with NO_COLOR", true, { NO_COLOR: "1" }, false],
  ["a dumb terminal", true, { TERM: "dumb" }, false],
])("%s has colours or not", (_what, isTTY, environment, colour) => {
  const inherited = ["NO_COLOR", "FORCE_COLOR", "NODE_DISABLE_COLORS", "CI", "TMUX", "COLORTERM"];
  for (const name of inherited) vi.stubEnv(name, undefined);
  vi.stubEnv("TERM", "xterm-256color");
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  expect(lookOf(stream(isTTY, 80)).colour).toBe(colour);
});

it.each([
  [true, 100, 100],
  [true, 300, 120],
  [true, 20, 60],
  [true, 0, 80],
  [true, undefined, 80],
  [false, 100, 80],
])("a terminal (%s) of %s columns gets lines of %i", (isTTY, columns, width) => {
  expect(lookOf(stream(isTTY, columns)).width).toBe(width);
});
