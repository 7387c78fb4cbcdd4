import { randomBytes } from "node:crypto";
import type { Cluster, NamedAddress } from "./cluster.ts";
import type { Options } from "./options.ts";

/** What is asked, and what the servers must know to answer it. */
export interface Workload {
  readonly name: "cluster" | "cached" | "misses";
  readonly title: string;
  /** Where the answers come from: the servers' own data, or the upstream. */
  readonly source: "cluster" | "upstream";
  /** No name is ever asked twice. */
  readonly once: boolean;
  /** Some names and their addresses, by which an answer is checked before anything is measured. */
  readonly samples: readonly NamedAddress[];
  /** The names to ask in a run of this length; where `once`, other names at each call. */
  qnames(seconds: number): string[];
}

/** What upstream.c answers to everything. */
const UPSTREAM_ADDRESS = "192.0.2.1";

/** More than any server here forwards in a second; where the list ends, so does the run. */
const MISSES_PER_SECOND = 100_000;
const LABEL_OCTETS = 8;
const SAMPLES = 20;

/** The workloads in the order in which they run. */
export function makeWorkloads(options: Options, cluster: Cluster): Workload[] {
  const services = cluster.addresses.map(({ qname }) => qname);
  const cached = Array.from(
    { length: options.externalNames },
    (_, index) => `host-${index}.external.example`,
  );
  return [
    {
      name: "cluster",
      title: `cluster names: A of ${options.names} Services, kubeadm's Corefile`,
      source: "cluster",
      once: false,
      samples: cluster.addresses.slice(-SAMPLES),
      qnames: () => services,
    },
    {
      name: "cached",
      title: `cached names: A of ${options.externalNames} names outside the cluster, again and again`,
      source: "upstream",
      once: false,
      samples: fromUpstream(cached.slice(0, SAMPLES)),
      qnames: () => cached,
    },
    {
      name: "misses",
      title: "forwarded misses: A of names never asked before",
      source: "upstream",
      once: true,
      samples: fromUpstream(randomNames(SAMPLES)),
      qnames: (seconds) => randomNames(seconds * MISSES_PER_SECOND),
    },
  ];
}

function fromUpstream(qnames: readonly string[]): NamedAddress[] {
  return qnames.map((qname) => ({ qname, address: UPSTREAM_ADDRESS }));
}

function randomNames(count: number): string[] {
  const labels = randomBytes(count * LABEL_OCTETS).toString("hex");
  const width = LABEL_OCTETS * 2;
  return Array.from(
    { length: count },
    (_, index) => `${labels.slice(index * width, (index + 1) * width)}.example`,
  );
}
