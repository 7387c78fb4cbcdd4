import { expect, it } from "vitest";
import { SERVE } from "../commands/serve.ts";
import { VERSION } from "../commands/version.ts";
import { placesOf } from "./choices.ts";

const commands = [
  SERVE,
  ...["cache flush", "cache list", "dump"].map((name) => ({ ...VERSION, name })),
];

it("a command of two words is offered word by word", () => {
  const places = placesOf(commands);
  const offered = places.map(({ behind, commands }) => [behind, commands.map(({ word }) => word)]);
  expect(offered).toEqual([
    ["cache flush", []],
    ["cache list", []],
    ["cache", ["flush", "list"]],
    ["dump", []],
    ["", ["cache", "dump"]],
  ]);
});
