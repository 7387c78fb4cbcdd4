import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

const names = ["kubernetes", "forward", "cache", "log", "loop", "errors", "hosts"];

test.each([
  ["kubernets", "kubernetes"],
  ["kuberentes", "kubernetes"],
  ["froward", "forward"],
  ["CACHE", "cache"],
  ["chache", "cache"],
  ["lopp", "loop"],
  ["lgo", "log"],
  ["error", "errors"],
  ["log", "log"],
])("%s is taken for a slip of %s", (name, expected) => {
  expect(nearestName(name, names)).toBe(expected);
});

test.each(["", "zzz", "bind", "kube"])("nothing is near %j", (name) => {
  expect(nearestName(name, names)).toBeUndefined();
});

test("the first of two that are equally near is taken", () => {
  expect(nearestName("cat", ["car", "cap"])).toBe("car");
});

test.each([
  ["orders-api", "orders-web"],
  ["nothing-that-is-near", "backend-service-17"],
])("%s is no slip of %s: more than two edits", (name, other) => {
  expect(nearestName(name, [other])).toBeUndefined();
});

test.each([
  ["backend-sevrice-77x", "backend-service-77"],
  ["xbackend-service-77", "backend-service-77"],
  ["ab", "ba"],
  ["aab", "aba"],
  ["abcabc", "abcxabc"],
  ["abcdef", "badcef"],
])("%s is found among many: %s", (name, expected) => {
  const others = Array.from({ length: 50 }, (_, i) => `quite-another-name-${i}`);
  expect(nearestName(name, [...others, expected, ...others])).toBe(expected);
});

test("a name too long to be a slip is not compared", () => {
  const long = "l".repeat(1_000_000);
  expect(nearestName(long, [long])).toBeUndefined();
});
