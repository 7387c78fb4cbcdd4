import type { ClusterSource, Kind } from "../../kube/cluster-source.ts";
import type { HistogramCell, Metrics } from "../../observe/metrics.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import { countObjects, estimateOctets } from "./index/index-size.ts";

/** From a millisecond to nine minutes, each twice the one before: CoreDNS's. */
const PROGRAMMING_BOUNDS = Array.from({ length: 20 }, (_, i) => 0.001 * 2 ** i);

/** The state of one cluster, as far as metrics tell of it. */
export interface ShownState {
  readonly index: ClusterIndex;
  /** When the source last told of an object of a kind; Unix time in milliseconds. */
  readonly lastEventMs: ReadonlyMap<Kind, number>;
  readonly source: Pick<ClusterSource, "contact">;
  readonly now: () => number;
}

export type ServiceKind = "cluster_ip" | "headless_with_selector" | "headless_without_selector";

/** Seconds from the cause of a change until it is served. */
export type ProgrammingSeconds = Readonly<Record<ServiceKind, HistogramCell>>;

export function programmingSeconds(metrics: Metrics): ProgrammingSeconds {
  const family = metrics.histogram(
    "coredns_kubernetes_dns_programming_duration_seconds",
    "Time from the change of a Service or Pod until it was served.",
    ["service_kind"],
    PROGRAMMING_BOUNDS,
  );
  return {
    cluster_ip: family.with("cluster_ip"),
    headless_with_selector: family.with("headless_with_selector"),
    headless_without_selector: family.with("headless_without_selector"),
  };
}

const shown = new WeakMap<Metrics, Set<ShownState>>();

/**
 * Tells of a state in each scrape, until the function that it returns is called. There may be
 * several: of several server blocks, and of two configurations during a reload.
 */
export function showState(metrics: Metrics, state: ShownState): () => void {
  const states = shown.get(metrics) ?? defineGauges(metrics);
  states.add(state);
  return () => states.delete(state);
}

function defineGauges(metrics: Metrics): Set<ShownState> {
  const states = new Set<ShownState>();
  shown.set(metrics, states);
  const byKind: DefineByKind = (name, help, join, value) => {
    metrics.gauge(`portolan_kubernetes_${name}`, help, ["kind"], (family) => {
      family.clear();
      for (const [kind, values] of valuesByKind(states, value)) {
        family.with(kind).value = values.reduce((a, b) => join(a, b));
      }
    });
  };
  byKind("objects", "Objects that are kept.", sum, ({ index }, kind) => countObjects(index, kind));
  byKind(
    "synced",
    "Whether all objects of a kind are known as they are now, not only from a snapshot.",
    Math.min,
    ({ index }, kind) => Number(index.state.hasSynced(kind)),
  );
  byKind(
    "last_event_timestamp_seconds",
    "When an object was last told of; 0 if none has been.",
    Math.max,
    ({ lastEventMs }, kind) => (lastEventMs.get(kind) ?? 0) / 1_000,
  );
  defineContact(byKind);
  const single = (name: string, help: string, join: Join, value: ValueOf): void => {
    metrics.gauge(`portolan_kubernetes_${name}`, help, [], (family) => {
      family.with().value = Array.from(states, value).reduce((a, b) => join(a, b), 0);
    });
  };
  single(
    "index_bytes",
    "Memory that the objects take: an estimate, without records made for answers.",
    sum,
    ({ index }) => estimateOctets(index),
  );
  single(
    "snapshot_age_seconds",
    "Age of the snapshot that is served; 0 if the cluster is known as it is now.",
    Math.max,
    ({ index, now }) => ageSeconds(index.state.savedAtMs, now()),
  );
  return states;
}

/** How it stands with the API server; nothing where there is none. */
function defineContact(byKind: DefineByKind): void {
  byKind(
    "connected",
    "Whether the API server tells of changes: 0 from the loss of the connection, or of the right to watch.",
    Math.min,
    ({ source }, kind) => {
      const contact = source.contact?.(kind);
      return contact && Number(contact.isConnected);
    },
  );
  byKind(
    "last_contact_seconds",
    "Time since the API server sent anything, were it only the bookmark that it sends each minute.",
    Math.max,
    ({ source }, kind) => {
      const contact = source.contact?.(kind);
      return contact && contact.silentMs / 1_000;
    },
  );
}

type DefineByKind = (name: string, help: string, join: Join, value: ValueOfKind) => void;
type ValueOf = (state: ShownState) => number;
/** Undefined where there is nothing to tell. */
type ValueOfKind = (state: ShownState, kind: Kind) => number | undefined;
type Join = (a: number, b: number) => number;

function sum(a: number, b: number): number {
  return a + b;
}

function ageSeconds(savedAtMs: number | undefined, nowMs: number): number {
  return savedAtMs === undefined ? 0 : Math.max(0, nowMs - savedAtMs) / 1_000;
}

function valuesByKind(states: ReadonlySet<ShownState>, value: ValueOfKind): Map<Kind, number[]> {
  const values = new Map<Kind, number[]>();
  for (const state of states) {
    for (const kind of state.index.state.kinds) {
      const one = value(state, kind);
      if (one !== undefined) values.set(kind, [...(values.get(kind) ?? []), one]);
    }
  }
  return values;
}
