import { expect, it } from "vitest";
import { Metrics } from "./metrics.ts";

it("escapes label values, so that no name can write lines of its own", async () => {
  const metrics = new Metrics();
  const hostile = 'a"} 1\nfake{x="\\';
  metrics.counter("names_total", "Names.", ["name"]).with(hostile).value = 3;
  const lines = (await metrics.text()).split("\n").filter((line) => line !== "");
  expect(lines).toEqual([
    "# HELP names_total Names.",
    "# TYPE names_total counter",
    'names_total{name="a\\"} 1\\nfake{x=\\"\\\\"} 3',
  ]);
});

it("makes one text for all who ask at once, and another one for those who ask later", async () => {
  const metrics = new Metrics();
  let texts = 0;
  metrics.gauge("asked", "Times.", [], (family) => {
    family.with().value = ++texts;
  });
  const all = await Promise.all(Array.from({ length: 50 }, () => metrics.text()));
  expect(new Set(all).size).toBe(1);
  expect(await metrics.text()).toContain("asked 2\n");
});
