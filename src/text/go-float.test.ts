import { expect, it } from "vitest";
import { formatGoFloat } from "./go-float.ts";

/** Printed by Go 1.26 with `%v`. */
it.each([
  [100_000, "100000"],
  [123_456.7, "123456.7"],
  [1e6, "1e+06"],
  [1_234_567, "1.234567e+06"],
  [1e21, "1e+21"],
  [1.5, "1.5"],
  [0.0001, "0.0001"],
  [0.000_01, "1e-05"],
  [-2.5, "-2.5"],
  [-0, "-0"],
  [Infinity, "+Inf"],
  [-Infinity, "-Inf"],
  [Number.NaN, "NaN"],
])("%d is %s", (value, text) => {
  expect(formatGoFloat(value)).toBe(text);
});
