import { beforeEach, describe, expect, it } from "vitest";
import type { Afterwards } from "../contract/state.ts";
import { endStates, State } from "../contract/state.ts";
import { ClientGroups, findGroup, readAddress } from "./client-groups.ts";
import { CLIENTS_KNOWN_AT, CLIENT_WAYS, TABLE_OCTETS } from "./layout.ts";

const SHOP = { name: "shop" };
const DATA = { name: "data" };

let words = new Int32Array(0);
let groups: ClientGroups;
/** How often somebody had to wait for the readers. */
let waits = 0;

beforeEach(() => {
  words = new Int32Array(TABLE_OCTETS / 4);
  waits = 0;
  const afterwards: Afterwards = {
    statesEnded(): void {
      waits++;
      groups.release();
    },
  };
  groups = new ClientGroups(words, afterwards);
});

function find(address: string): number {
  const key = new Int32Array(4);
  return readAddress(address, key) ? findGroup(words, key) : -1;
}

describe("groups of clients", () => {
  it("are the same number for all clients of a group, for readers too", () => {
    const state = new State();
    const shop = groups.admit("10.0.0.1", { group: SHOP, state });
    expect(shop).toBeGreaterThan(0);
    expect(groups.admit("2001:db8::1", { group: SHOP, state })).toBe(shop);
    const data = groups.admit("10.0.0.2", { group: DATA, state });
    expect(data).not.toBe(shop);
    expect(
      ["10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "10.0.0.2", "10.0.0.3"].map(find),
    ).toEqual([shop, shop, shop, data, 0]);
    expect(words[CLIENTS_KNOWN_AT]).toBe(3);
  });

  it("lose a client when the state of its membership ends, and may get it anew", () => {
    const state = new State();
    groups.admit("10.0.0.1", { group: SHOP, state });
    endStates([state]);
    expect(waits).toBe(1);
    expect(find("10.0.0.1")).toBe(0);
    expect(groups.admit("10.0.0.1", { group: SHOP, state })).toBe(0);
    const data = groups.admit("10.0.0.1", { group: DATA, state: new State() });
    expect(find("10.0.0.1")).toBe(data);
  });

  it("do not contradict each other: who is in one is not let into another", () => {
    const shop = groups.admit("10.0.0.1", { group: SHOP, state: new State() });
    expect(groups.admit("10.0.0.1", { group: DATA, state: new State() })).toBe(0);
    expect(find("10.0.0.1")).toBe(shop);
  });

  it("have other numbers once all are forgotten, and nobody in them", () => {
    const state = new State();
    const before = groups.admit("10.0.0.1", { group: SHOP, state });
    groups.clear();
    expect([find("10.0.0.1"), groups.numberOf("10.0.0.1")]).toEqual([0, 0]);
    groups.release();
    expect(groups.admit("10.0.0.1", { group: SHOP, state })).toBeGreaterThan(before);
    endStates([state]);
    expect(find("10.0.0.1")).toBe(0);
  });

  it("give nobody's place to another as long as a reader may be looking at it", () => {
    const state = new State();
    const admitted = new Set<string>();
    // Until a bucket is full.
    let refused = "";
    for (let i = 0; refused === ""; i++) {
      const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
      if (groups.admit(address, { group: SHOP, state }) > 0) admitted.add(address);
      else refused = address;
    }
    expect(admitted.size).toBeGreaterThanOrEqual(CLIENT_WAYS);
    groups.clear();
    expect(groups.admit(refused, { group: SHOP, state })).toBe(0);
    groups.release();
    expect(groups.admit(refused, { group: SHOP, state })).toBeGreaterThan(0);
  });

  it("have no clients without an address", () => {
    expect(groups.admit("fe80::1%eth0", { group: SHOP, state: new State() })).toBe(0);
  });
});
