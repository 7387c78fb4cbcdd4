import { describe, expect, it } from "vitest";
import { createPolicy, policyNames } from "./policy.ts";

const upstreams = ["a", "b", "c"];

it.each(policyNames)("%s keeps every upstream, and the list as it is", (name) => {
  const policy = createPolicy(name);
  for (let i = 0; i < 20; i++) expect([...policy(upstreams)].toSorted()).toEqual(["a", "b", "c"]);
  expect(upstreams).toEqual(["a", "b", "c"]);
  expect(policy(["alone"])).toEqual(["alone"]);
});

describe("random", () => {
  it("gives each upstream its share of first places", () => {
    const policy = createPolicy("random");
    const firsts = Array.from({ length: 3000 }, () => policy(upstreams)[0]);
    // 1000 are to be expected; 800 is nearly eight standard deviations away.
    for (const name of upstreams) {
      expect(firsts.filter((first) => first === name).length).toBeGreaterThan(800);
    }
  });
});

describe("round_robin", () => {
  it("starts with the next one each time", () => {
    const policy = createPolicy("round_robin");
    const orders = Array.from({ length: 4 }, () => policy(upstreams).join(""));
    expect(orders).toEqual(["abc", "bca", "cab", "abc"]);
  });
});

describe("sequential", () => {
  it("keeps the order of the file", () => {
    expect(createPolicy("sequential")(upstreams)).toEqual(upstreams);
  });
});
