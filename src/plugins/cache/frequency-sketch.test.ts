import { expect, it } from "vitest";
import { FrequencySketch } from "./frequency-sketch.ts";

it("knows about how often keys were seen, among many that were seen once", () => {
  const sketch = new FrequencySketch(1_000);
  for (let i = 0; i < 100; i++) sketch.add(sketch.hash(`often${i}`), 7);
  for (let i = 0; i < 5_000; i++) sketch.add(sketch.hash(`once${i}`));
  for (let i = 0; i < 100; i++) {
    expect(sketch.estimate(sketch.hash(`often${i}`))).toBeGreaterThanOrEqual(7);
  }
  const never = Array.from({ length: 1_000 }, (_, i) => sketch.estimate(sketch.hash(`never${i}`)));
  expect(never.filter((estimate) => estimate > 1).length).toBeLessThan(20);
});

it("counts to 15, and forgets half when it has seen ten keys for each entry", () => {
  const sketch = new FrequencySketch(1_000);
  const hash = sketch.hash("a");
  sketch.add(hash, 1_000_000);
  expect(sketch.estimate(hash)).toBe(15);
  for (let i = 0; i < 9_998; i++) sketch.add(sketch.hash("b"));
  expect(sketch.estimate(hash)).toBe(15);
  sketch.add(sketch.hash("b"));
  expect(sketch.estimate(hash)).toBe(7);
});
