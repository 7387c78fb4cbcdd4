import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import type { Terminal } from "./ask-first.ts";
import { askFirst } from "./ask-first.ts";

function terminal(isTTY: boolean): Terminal & { readonly input: PassThrough; shown(): string } {
  const [input, output] = [new PassThrough(), new PassThrough()].map((stream) => {
    return Object.assign(stream, { isTTY });
  }) as [PassThrough & { isTTY: boolean }, PassThrough & { isTTY: boolean }];
  return { input, output, shown: () => String(output.read() ?? "") };
}

it.each([
  ["y\n", true],
  ["Yes\n", true],
  ["n\n", false],
  ["\n", false],
  ["yo\n", false],
])("takes %j for an answer", async (typed, expected) => {
  const at = terminal(true);
  const answer = askFirst("Do this?", false, at);
  at.input.write(typed);
  expect(await answer).toBe(expected);
  expect(at.shown()).toContain("Do this? [y/N] ");
});

it("takes the end of input for a no", async () => {
  const at = terminal(true);
  const answer = askFirst("Do this?", false, at);
  at.input.end();
  expect(await answer).toBe(false);
});

it("does not ask where there is no terminal, or the command line has said yes", async () => {
  const [pipe, tty] = [terminal(false), terminal(true)];
  expect(await askFirst("Do this?", false, pipe)).toBe(true);
  expect(await askFirst("Do this?", true, tty)).toBe(true);
  expect(pipe.shown() + tty.shown()).toBe("");
});
