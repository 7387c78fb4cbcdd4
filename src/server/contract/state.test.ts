import { describe, expect, it } from "vitest";
import type { Afterwards, Dependent } from "./state.ts";
import { State, endStates } from "./state.ts";

/** Writes down what it is told. */
class Listener implements Dependent {
  readonly heard: string[] = [];
  readonly #name: string;
  readonly #afterwards: Afterwards;

  constructor(name: string, afterwards: Afterwards) {
    this.#name = name;
    this.#afterwards = afterwards;
  }

  stateEnded(afterwards: Set<Afterwards>): void {
    this.heard.push(this.#name);
    afterwards.add(this.#afterwards);
  }
}

describe("a state", () => {
  it("takes along what stands on it, however far", () => {
    const ground = new State();
    const middle = new State(ground);
    const top = new State(middle);
    const other = new State(ground);
    middle.end();
    expect([ground, middle, top, other].map(({ isCurrent }) => isCurrent)).toEqual([
      true,
      false,
      false,
      true,
    ]);
    ground.end();
    expect(other.isCurrent).toBe(false);
  });

  it("that has ended is no ground to stand on", () => {
    const ground = new State();
    ground.end();
    expect(new State(ground).isCurrent).toBe(false);
  });

  it("tells each dependent once, and settles once for all", () => {
    let settled = 0;
    const settler = { statesEnded: (): void => void settled++ };
    const listeners = ["a", "b", "c"].map((name) => new Listener(name, settler));
    const [first, second] = [new State(), new State()];
    for (const listener of listeners) first.add(listener);
    second.add(listeners[0] as Listener);
    first.delete(listeners[1] as Listener);
    endStates([first, undefined, second]);
    first.end();
    expect(listeners.map(({ heard }) => heard.length)).toEqual([2, 0, 1]);
    expect(settled).toBe(1);
  });

  it("forgets its only dependent", () => {
    const state = new State();
    const listener = new Listener("a", { statesEnded: () => {} });
    state.add(listener);
    state.delete(listener);
    state.end();
    expect(listener.heard).toEqual([]);
  });
});
