import { describe, expect, it } from "vitest";
import type { Unsettled } from "./basis.ts";
import { Basis, endAll } from "./basis.ts";

/** Writes down what it is told. */
class Listener implements Unsettled {
  readonly heard: string[] = [];
  readonly #name: string;
  readonly #unsettled: Unsettled;

  constructor(name: string, unsettled: Unsettled) {
    this.#name = name;
    this.#unsettled = unsettled;
  }

  basisEnded(unsettled: Set<Unsettled>): void {
    this.heard.push(this.#name);
    unsettled.add(this.#unsettled);
  }

  settle(): void {}
}

describe("a basis", () => {
  it("takes along what stands on it, however far", () => {
    const ground = new Basis();
    const middle = new Basis(ground);
    const top = new Basis(middle);
    const other = new Basis(ground);
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
    const ground = new Basis();
    ground.end();
    expect(new Basis(ground).isCurrent).toBe(false);
  });

  it("tells each dependent once, and settles once for all", () => {
    let settled = 0;
    const settler = { settle: (): void => void settled++ };
    const listeners = ["a", "b", "c"].map((name) => new Listener(name, settler));
    const [first, second] = [new Basis(), new Basis()];
    for (const listener of listeners) first.add(listener);
    second.add(listeners[0] as Listener);
    first.delete(listeners[1] as Listener);
    endAll([first, undefined, second]);
    first.end();
    expect(listeners.map(({ heard }) => heard.length)).toEqual([2, 0, 1]);
    expect(settled).toBe(1);
  });

  it("forgets its only dependent", () => {
    const basis = new Basis();
    const listener = new Listener("a", { settle: () => {} });
    basis.add(listener);
    basis.delete(listener);
    basis.end();
    expect(listener.heard).toEqual([]);
  });
});
