import { expect, it } from "vitest";
import { isLoopback } from "./loopback.ts";

it.each([
  ["127.0.0.1", true],
  ["127.53.0.1", true],
  ["::ffff:127.0.0.1", true],
  ["[::1]", true],
  ["localhost", true],
  ["LOCALHOST", true],
  ["10.0.0.1", false],
  ["127.example", false],
  ["[2001:db8::1]", false],
  ["cluster.example", false],
])("knows whether %s is of this machine alone: %s", (host, isOwn) => {
  expect(isLoopback(host)).toBe(isOwn);
});
