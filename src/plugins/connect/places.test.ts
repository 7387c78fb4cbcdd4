import { describe, expect, it } from "vitest";
import type { ClusterConnections } from "../../server/contract/cluster-connections.ts";
import { FakeCluster } from "./connect.cases.ts";
import type { Destination } from "./place.ts";
import { Place } from "./place.ts";
import { Places } from "./places.ts";

const RANGE = { text: "127.83.0.0/16", first: 0x7f530000, count: 1 << 16 };
const MAX_NAMES = 50;

/** A name without any port. */
function destination(cluster: ClusterConnections, i: number): Destination {
  const address = `10.97.${i >> 8}.${i & 255}`;
  return { cluster, address, target: { name: `shop/name-${i}`, ports: () => [] } };
}

async function opened(places: Places, of: Destination): Promise<Place | undefined> {
  const place = await places.open(of, MAX_NAMES);
  return place instanceof Place ? place : undefined;
}

describe("10,000 names that a scanner asks for", () => {
  it("have no more places than the limit says, and leave those that somebody is connected to", async () => {
    const cluster = new FakeCluster();
    const places = Places.ofRange(RANGE);
    const kept = await opened(places, destination(cluster, 0));
    if (kept) kept.connections = 1;
    for (let i = 1; i < 10_000; i++) {
      const place = await opened(places, destination(cluster, i));
      if (place) place.askedMs = i;
    }
    expect(places.size).toBe(MAX_NAMES);
    expect(places.at(kept?.address ?? "")).toBe(kept);
    // The others that are left are those asked for last.
    const again = await opened(places, destination(cluster, 9_999 - MAX_NAMES + 2));
    expect(again?.askedMs).toBe(9_999 - MAX_NAMES + 2);
    places.closeIdle(10_000);
    expect(places.size).toBe(1);
  });
});
