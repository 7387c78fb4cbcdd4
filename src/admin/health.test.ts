import { expect, it } from "vitest";
import type { ClusterState, ClusterView } from "../server/contract/cluster-view.ts";
import { clusterView } from "../server/contract/cluster-view.ts";
import type { Instance } from "../server/contract/plugin.ts";
import { testDirective } from "../testing/context.ts";
import type { Health } from "./health.ts";
import { health } from "./health.ts";

const STATE: ClusterState = {
  pods: "disabled",
  ignoresEmptyServices: false,
  namespaces: [],
  labels: "",
  namespaceLabels: "",
  unsynced: [],
  sinceMs: 5,
  trouble: undefined,
  awaySinceMs: undefined,
  savedAtMs: undefined,
};

function of(...instances: Instance[]): Health {
  const directive = testDirective("kubernetes");
  return health({
    instances: instances.map((instance) => ({ plugin: "kubernetes", instance, directive })),
  });
}

function cluster(state: Partial<ClusterState>, text?: string): Instance {
  const view: ClusterView = {
    zones: [],
    objectCount: () => 0,
    state: () => ({ ...STATE, ...state }),
    factsOf: () => undefined,
    namespaceOfAddress: () => undefined,
    servicesAt: () => [],
    servicesAtNodePort: () => [],
    addressOfPod: () => undefined,
  };
  return { offers: [clusterView.offer(view)], notReady: (): string | undefined => text };
}

it("is fine if nothing is the matter", () => {
  expect(of({}, cluster({}))).toEqual({ level: "fine", sentence: "All is ready", reasons: [] });
});

it.each([
  [
    { notReady: (): string => "no" },
    "failing",
    "not-ready",
    null,
    "plugin/kubernetes is not ready: no",
  ],
  [cluster({ trouble: "away" }, "waiting"), "failing", "not-synced", 5, "is not ready: waiting"],
  [
    cluster({ trouble: "away", awaySinceMs: 7 }),
    "warning",
    "api-away",
    7,
    "the last state is served: away",
  ],
  [cluster({ savedAtMs: 0 }), "note", "snapshot", 0, "a snapshot of 1970-01-01T00:00:00.000Z"],
] as const)("case %# has its level and reason", (instance, level, code, sinceMs, text) => {
  const told = of(instance);
  expect(told.level).toBe(level);
  expect(told.reasons).toEqual([{ code, level, sinceMs, text: expect.stringContaining(text) }]);
  expect(told.sentence).toBe(told.reasons[0]?.text);
});

it("has the worst first, and no more than twenty", () => {
  const away = cluster({ trouble: "away", savedAtMs: 0 });
  const ill = Array.from({ length: 30 }, (): Instance => ({ notReady: () => "no" }));
  const { level, reasons } = of(away, ...ill);
  expect(level).toBe("failing");
  expect(reasons.length).toBe(20);
  expect(of(cluster({ savedAtMs: 0, trouble: "away" })).reasons.map(({ code }) => code)).toEqual([
    "api-away",
    "snapshot",
  ]);
});
