import { performance } from "node:perf_hooks";
import process from "node:process";
import { getHeapStatistics } from "node:v8";
import { collectDefaultMetrics } from "prom-client";
import manifest from "../../../package.json" with { type: "json" };
import type { Metrics } from "../../observe/metrics.ts";

/** How exactly the event loop's lag is known. prom-client's 10 ms cost an idle server 2 ms of each second. */
const EVENT_LOOP_PRECISION_MS = 100;

/** Makes known what runs here, and how the process does: `process_*` and `nodejs_*`. */
export function provideProcessMetrics(metrics: Metrics): void {
  // Server blocks and reloads share the registry, which takes a name only once.
  if (!metrics.registry.getSingleMetric("process_start_time_seconds")) {
    collectDefaultMetrics({
      register: metrics.registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS,
    });
  }
  metrics
    .gauge("coredns_build_info", "Always 1; its labels tell what runs here.", [
      "version",
      "revision",
      "goversion",
    ])
    .with(manifest.version, "", `node ${process.version}`).value = 1;
}

/** Adds what Node and V8 know of themselves beyond that; from now on, for good. */
export function provideRuntimeMetrics(metrics: Metrics): void {
  metrics.gauge(
    "nodejs_v8_heap_statistics",
    "What V8 says of its heap; octets, apart from counts of contexts.",
    ["statistic"],
    (family) => {
      for (const [name, value] of Object.entries(getHeapStatistics())) {
        family.with(name).value = value;
      }
    },
  );
  metrics.gauge(
    "nodejs_resource_usage",
    "What the kernel says of the process (getrusage); times in microseconds.",
    ["resource"],
    (family) => {
      for (const [name, value] of Object.entries(process.resourceUsage())) {
        family.with(name).value = value;
      }
    },
  );
  metrics.gauge(
    "nodejs_eventloop_seconds",
    "Time that the event loop has worked, and has waited for something to do.",
    ["state"],
    (family) => {
      const { active, idle } = performance.eventLoopUtilization();
      family.with("active").value = active / 1_000;
      family.with("idle").value = idle / 1_000;
    },
  );
}
