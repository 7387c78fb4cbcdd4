import { hostPort } from "../net/host-port.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Listener, UdpStatistics } from "../transport/transport.ts";

type Read = (statistics: UdpStatistics) => number;

const COUNTERS: readonly (readonly [name: string, help: string, read: Read])[] = [
  ["received_total", "Datagrams received.", ({ received }) => received],
  [
    "answered_from_memory_total",
    "Queries answered from memory, ahead of all plugins.",
    ({ answered }) => answered,
  ],
  [
    "thread_deaths_total",
    "Threads that ended while receiving, and have been replaced.",
    ({ threadDeaths }) => threadDeaths,
  ],
  [
    "memory_failures_total",
    "Queries that could not be looked up in memory, and were answered by the plugins.",
    ({ failed }) => failed,
  ],
];

const DROPS: readonly (readonly [reason: string, read: Read])[] = [
  ["receive_buffer_full", ({ droppedByKernel }) => droppedByKernel],
  ["plugins_too_slow", ({ overflowed }) => overflowed],
  ["not_sent", ({ unsent }) => unsent],
];

/** Publishes what UDP listeners count, whichever there are at the time of a scrape. */
export function publishUdp(metrics: Metrics, listeners: () => Iterable<Listener>): void {
  for (const [name, help, read] of COUNTERS) {
    const family = metrics.counter(`portolan_udp_${name}`, help, ["address"]);
    family.collect = () => {
      family.clear();
      each(listeners(), (address, statistics) => {
        family.with(address).value = read(statistics);
      });
    };
  }
  const drops = metrics.counter("portolan_udp_dropped_total", "Queries and replies lost.", [
    "address",
    "reason",
  ]);
  drops.collect = () => {
    drops.clear();
    each(listeners(), (address, statistics) => {
      for (const [reason, read] of DROPS) drops.with(address, reason).value = read(statistics);
    });
  };
  const buffer = "Room for datagrams that nobody has read yet, as the kernel granted it.";
  metrics.gauge("portolan_udp_receive_buffer_bytes", buffer, ["address"], (family) => {
    family.clear();
    each(listeners(), (address, { receiveBufferOctets }) => {
      family.with(address).value = receiveBufferOctets;
    });
  });
}

function each(
  listeners: Iterable<Listener>,
  publish: (address: string, statistics: UdpStatistics) => void,
): void {
  for (const { address, port, statistics } of listeners) {
    if (statistics) publish(hostPort(address, port), statistics());
  }
}
