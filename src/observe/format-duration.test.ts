import { expect, it } from "vitest";
import { formatDuration } from "./format-duration.ts";

it.each([
  [0, "0s"],
  [0.25, "250µs"],
  [300, "300ms"],
  [1_500, "1.5s"],
  [30_000, "30s"],
  [300_000, "5m0s"],
  [3_600_000, "1h0m0s"],
  [5_401_100, "1h30m1.1s"],
])("formatDuration() prints %d ms as Go does: %s", (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});
