import { describe, expect, it } from "vitest";
import { formatTable, percentile } from "./table.ts";

it("makes a table that Markdown understands", () => {
  expect(formatTable(["server", "RSS"], [["portolan", "90 MiB"]])).toBe(
    ["| server   |    RSS |", "| -------- | -----: |", "| portolan | 90 MiB |"].join("\n"),
  );
});

describe("percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])("takes the value of the nearest rank: %s of 1 to 100", (share, value) => {
    expect(percentile(hundred, share)).toBe(value);
  });

  it("knows none of nothing", () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});
