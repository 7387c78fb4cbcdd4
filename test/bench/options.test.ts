import { expect, it } from "vitest";
import { parseOptions, select } from "./options.ts";

it("options may have one dash or two, and the rest keep their defaults", () => {
  const options = parseOptions(["-seconds", "7", "--rounds", "5", "-only", "cached, misses"]);
  expect(options).toMatchObject({ seconds: 7, rounds: 5, workloads: ["cached", "misses"] });
  expect(options).toMatchObject({ names: 10_000, externalNames: 100, peers: undefined });
});

it.each([
  [["-seconds", "0"], 'Cannot read -seconds "0": want a whole number from 1 to 600'],
  [["-rounds", "1.5"], 'Cannot read -rounds "1.5": want a whole number from 1 to 100'],
  [["-names", "many"], 'Cannot read -names "many": want a whole number from 1 to 100000'],
  [["-second", "1"], "Unknown option '--second'"],
])("%j is refused, with what would be right", (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});

it("a selection keeps the bench's own order, and refuses a name that there is not", () => {
  const all = [{ name: "portolan" }, { name: "coredns" }, { name: "echo" }];
  expect(select(all, ["echo", "portolan"], "peers")).toEqual([all[0], all[2]]);
  expect(select(all, undefined, "peers")).toEqual(all);
  expect(() => select(all, ["bind"], "peers")).toThrow(
    'Cannot read -peers "bind": want some of portolan, coredns, echo',
  );
});
