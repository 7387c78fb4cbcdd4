import { afterEach, expect, it } from "vitest";
import { ClusterChanges } from "./changes.ts";
import type { KubernetesObject } from "./cluster.ts";
import { generateCluster } from "./cluster.ts";

const cluster = generateCluster(5);
let changed: KubernetesObject[] = [];
const api = { changeService: (service: KubernetesObject) => void changed.push(service) };
afterEach(() => (changed = []));

it("as many changes are made as are due, one Service after the other", () => {
  const changes = new ClusterChanges(cluster, api, 10);
  changes.start(1000);
  changes.advance(1000);
  expect(changed).toEqual([]);
  changes.advance(1310);
  expect(changed.map(({ metadata }) => metadata.name)).toEqual([
    "service-0",
    "service-1",
    "service-2",
  ]);
  changes.advance(1399);
  expect(changed.length).toBe(3);
  expect(changes.stop().at(-1)).toEqual({
    qname: "service-2.team-2.svc.cluster.local",
    address: "10.96.0.17",
  });
});

it("when all have changed, they change back, and only their last addresses are to be expected", () => {
  const changes = new ClusterChanges(cluster, api, 100);
  changes.start(0);
  changes.advance(100);
  expect(changed.slice(5)).toEqual(cluster.services);
  expect(changes.stop()).toEqual(cluster.addresses);
});

it("another start goes on with the next Service, not with those that have changed", () => {
  const changes = new ClusterChanges(cluster, api, 100);
  for (const startMs of [0, 5000]) {
    changes.start(startMs);
    changes.advance(startMs + 20);
    changes.stop();
  }
  expect(changed.map(({ metadata }) => metadata.name)).toEqual([
    "service-0",
    "service-1",
    "service-2",
    "service-3",
  ]);
});

it("at no changes a second nothing changes", () => {
  const changes = new ClusterChanges(cluster, api, 0);
  changes.start(0);
  changes.advance(60_000);
  expect(changes.stop()).toEqual([]);
  expect(changed).toEqual([]);
});
