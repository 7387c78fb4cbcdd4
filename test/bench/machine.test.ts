import { expect, it } from "vitest";
import { parseCoreList } from "./machine.ts";

it.each([
  ["0", [0]],
  ["0-1", [0, 1]],
  ["2-4,7", [2, 3, 4, 7]],
])('the list of cores "%s" is %j', (text, cores) => {
  expect(parseCoreList(text)).toEqual(cores);
});
