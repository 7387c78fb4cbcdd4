import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { State } from "./state.ts";
import { Validity } from "./validity.ts";

const states = [new State(), new State(), new State()];

const single = fc.oneof(
  fc.constantFrom(Validity.always, Validity.once, Validity.perClient),
  fc.constantFrom(...states).map((state) => Validity.dependingOn(state)),
  fc.nat(5).map((ms) => Validity.until(ms)),
);
const validities = fc
  .array(single, { maxLength: 5 })
  .map((list) => list.reduce((all, one) => all.and(one), Validity.always));

/** All that can be told of one. */
function told({ states: on, untilMs, isOnce, isPerClient }: Validity): unknown {
  return { on: states.map((state) => on.includes(state)), untilMs, isOnce, isPerClient };
}

describe("validity", () => {
  it("is met in any order, and once is enough", () => {
    fc.assert(
      fc.property(validities, validities, validities, (a, b, c) => {
        expect(told(a.and(b))).toEqual(told(b.and(a)));
        expect(told(a.and(b).and(c))).toEqual(told(a.and(b.and(c))));
        expect(told(a.and(b).and(b))).toEqual(told(a.and(b)));
        expect(told(a.and(Validity.always))).toEqual(told(a));
      }),
    );
  });

  it("only narrows: what one part forbids is forbidden", () => {
    fc.assert(
      fc.property(validities, validities, fc.nat(6), (a, b, nowMs) => {
        const each = a.allowsRepeating(nowMs) && b.allowsRepeating(nowMs);
        expect(a.and(b).allowsRepeating(nowMs)).toBe(each);
      }),
    );
  });

  it("ends with the first state that ends, with its time, and is for one or once where that was said", () => {
    const [first, second] = [new State(), new State()];
    const both = Validity.dependingOn(first, second).and(Validity.until(10));
    expect([both.allowsRepeating(9), both.allowsRepeating(10)]).toEqual([true, false]);
    second.end();
    expect(both.allowsRepeating(9)).toBe(false);
    expect(Validity.once.allowsRepeating(0)).toBe(false);
    expect(Validity.perClient.allowsRepeating(0)).toBe(false);
  });

  it("of what is kept lets it be repeated, but not to others, nor longer", () => {
    const state = new State();
    const all = Validity.dependingOn(state).and(Validity.until(10)).and(Validity.once);
    expect(all.kept().allowsRepeating(9)).toBe(true);
    expect(all.kept().allowsRepeating(10)).toBe(false);
    expect(all.and(Validity.perClient).kept().allowsRepeating(9)).toBe(false);
    state.end();
    expect(all.kept().allowsRepeating(9)).toBe(false);
  });
});

describe("made for a group of clients", () => {
  const shop = { group: {}, state: new State() };
  const data = { group: {}, state: new State() };

  it("is repeated to others of the group only, and kept by no cache", () => {
    const validity = Validity.perGroup(shop);
    expect(validity.isPerClient).toBe(true);
    expect(validity.allowsRepeating(0)).toBe(false);
    expect(validity.allowsRepeatingToGroup(0)).toBe(true);
    expect(Validity.always.allowsRepeatingToGroup(0)).toBe(true);
    expect(Validity.perClient.allowsRepeatingToGroup(0)).toBe(false);
    expect(validity.and(Validity.until(5)).allowsRepeatingToGroup(5)).toBe(false);
    expect(validity.and(Validity.once).allowsRepeatingToGroup(0)).toBe(false);
    expect(validity.and(Validity.once).kept().membership).toBe(shop);
  });

  it("is nobody else's where two groups meet, or one and a single client", () => {
    const own = Validity.perGroup(shop);
    expect(own.and(Validity.perGroup({ ...shop })).membership?.group).toBe(shop.group);
    expect(Validity.always.and(own).membership).toBe(shop);
    for (const other of [Validity.perGroup(data), Validity.perClient]) {
      expect(own.and(other).allowsRepeatingToGroup(0)).toBe(false);
      expect(other.and(own).allowsRepeatingToGroup(0)).toBe(false);
    }
  });
});
