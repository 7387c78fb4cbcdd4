import { randomBytes } from "node:crypto";
import type { Cluster } from "./cluster.ts";
import { CLIENT_NAMESPACE } from "./cluster.ts";
import type { Options } from "./options.ts";
import type { Expected } from "./probe.ts";
import { searchTraffic } from "./search-path.ts";

/** A row of the bench: what is asked, in which way, and what the servers must answer. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** What is looked for: answers per CPU-second, or how long a client waits at a given rate. */
  readonly measures: "cost" | "latency";
  /** Runs are as long at least, so that what happens once a second or once in some seconds is in each. */
  readonly leastSeconds: number;
  /** The rate that everybody is asked at, where it is not to be found by trying. */
  readonly queriesPerSecond?: number;
  /** Lines of the Corefile besides the usual ones; who reads none takes no part. */
  readonly directives: readonly string[];
  /** Whether names outside the cluster are asked for. */
  readonly needsUpstream: boolean;
  /** No name is ever asked twice. */
  readonly once: boolean;
  /** Response codes that answers may have. */
  readonly rcodes: readonly string[];
  /** Some names, by which answers are checked before anything is measured. */
  readonly samples: readonly Expected[];
  readonly shape: LoadShape;
  /** In what surroundings each server is measured, one after the other in each round; the first is the base of ratios. */
  readonly setups: readonly Setup[];
  /** The questions of a run of this length, as "name type"; where `once`, other ones at each call. */
  questions(seconds: number): readonly string[];
}

/** How the questions come. */
export interface LoadShape {
  /** `tcp` keeps its connections for the whole run, `tcp-one` opens one for each query. */
  readonly transport: "udp" | "tcp" | "tcp-one";
  /** Sockets that the queries come from at once, as from several pods. */
  readonly clients: number;
}

/** One way of running a server. */
export interface Setup {
  /** Behind the server's name in the table; empty for the usual. */
  readonly label: string;
  /** The server's. */
  readonly cores: 1 | 2;
  /** Services that get another address each second while questions are asked. */
  readonly changesPerSecond: number;
}

/** What upstream.c answers to every A question. */
const UPSTREAM_ADDRESS = "192.0.2.1";

/** More than any server here forwards in a second; where the list ends, so does the run. */
const MISSES_PER_SECOND = 100_000;
/** More than dnsperf asks in a second. */
const FLOOD_PER_SECOND = 250_000;
/** The share of the cluster's names that change in a second. */
const CHANGING_SHARE = 0.01;
/** A round of latency: ten of what comes once a second. */
const LATENCY_SECONDS = 10;
/** Five rounds are a minute. */
const STALL_SECONDS = 12;
const STALL_QUERIES_PER_SECOND = 20_000;
const CLUSTER_ZONE = ".svc.cluster.local";
const LABEL_OCTETS = 8;
const SAMPLES = 20;

const UDP: LoadShape = { transport: "udp", clients: 8 };
const USUAL: Setup = { label: "", cores: 1, changesPerSecond: 0 };

/** What most rows have in common. */
const COST = {
  measures: "cost",
  leastSeconds: 1,
  directives: [],
  needsUpstream: false,
  once: false,
  rcodes: ["NOERROR"],
  shape: UDP,
  setups: [USUAL],
} as const;

/** The workloads in the order in which they run. */
export function makeWorkloads(options: Options, cluster: Cluster): Workload[] {
  return [...clusterWorkloads(options, cluster), ...outsideWorkloads(options), flood(cluster)];
}

function clusterWorkloads(options: Options, cluster: Cluster): Workload[] {
  const services = cluster.addresses.map(({ qname }) => `${qname} A`);
  const base = { ...COST, samples: cluster.addresses.slice(-SAMPLES), questions: () => services };
  const what = `A of ${options.names} Services`;
  const changesPerSecond = Math.ceil(options.names * CHANGING_SHARE);
  const steady = { ...USUAL, label: "steady" };
  return [
    { ...base, name: "cluster", title: `cluster names: ${what}` },
    {
      ...base,
      name: "changes",
      title: `changes: ${what}, while ${changesPerSecond} of them get another address each second`,
      setups: [steady, { ...USUAL, label: "changing", changesPerSecond }],
    },
    {
      ...base,
      name: "cores",
      title: `two cores: ${what}; on two cores the load generator takes its share of both`,
      shape: { ...UDP, clients: 32 },
      setups: [
        { ...USUAL, label: "one core" },
        { ...USUAL, label: "two cores", cores: 2 },
      ],
    },
    {
      ...base,
      name: "tcp-one",
      title: `TCP, one query a connection: ${what}`,
      shape: { transport: "tcp-one", clients: 20 },
    },
    {
      ...base,
      name: "tcp-many",
      title: `TCP, connections that stay: ${what}`,
      shape: { transport: "tcp", clients: 20 },
    },
    {
      ...base,
      name: "latency",
      title: `latency: ${what}`,
      measures: "latency",
      leastSeconds: LATENCY_SECONDS,
    },
    {
      ...base,
      name: "stalls",
      title: `stalls: ${what}, while ${changesPerSecond} of them get another address each second`,
      measures: "latency",
      leastSeconds: STALL_SECONDS,
      queriesPerSecond: STALL_QUERIES_PER_SECOND,
      setups: [
        { label: "one core", cores: 1, changesPerSecond },
        { label: "two cores", cores: 2, changesPerSecond },
      ],
    },
    rewriteWorkload(options, cluster),
    searchWorkload(options, cluster),
    completionWorkload(options),
  ];
}

/** The cluster by names of another zone. */
function rewriteWorkload(options: Options, cluster: Cluster): Workload {
  const zone = ".in.example";
  const renamed = cluster.addresses.map(({ qname, address }) => {
    return { qname: qname.replace(CLUSTER_ZONE, zone), address };
  });
  const questions = renamed.map(({ qname }) => `${qname} A`);
  return {
    ...COST,
    name: "rewrite",
    title: `rewritten names: A of ${options.names} Services below ${zone}`,
    directives: [`rewrite name suffix ${zone} ${CLUSTER_ZONE} answer auto`],
    samples: renamed.slice(-SAMPLES),
    questions: () => questions,
  };
}

/** What a Pod asks for outside names where the server completes them: one name instead of four. */
function completionWorkload(options: Options): Workload {
  const names = externalNames(options).map(
    (name) => `${name}.${CLIENT_NAMESPACE}.svc.cluster.local`,
  );
  return {
    ...COST,
    name: "autopath",
    title: `autopath: ${options.externalNames} outside names with a Pod's first suffix, A and AAAA`,
    needsUpstream: true,
    directives: ["autopath @kubernetes"],
    samples: fromUpstream(names.slice(0, SAMPLES)),
    questions: () => names.flatMap((qname) => [`${qname} A`, `${qname} AAAA`]),
  };
}

function searchWorkload(options: Options, cluster: Cluster): Workload {
  const { lookups, questions, samples } = searchTraffic(cluster, externalNames(options));
  return {
    ...COST,
    name: "search",
    title: `search path: ${lookups} names as pods look them up with ndots:5, A and AAAA`,
    needsUpstream: true,
    rcodes: ["NOERROR", "NXDOMAIN"],
    samples: samples.slice(0, SAMPLES),
    questions: () => questions,
  };
}

function outsideWorkloads(options: Options): Workload[] {
  const names = externalNames(options);
  const questions = names.map((qname) => `${qname} A`);
  return [
    {
      ...COST,
      name: "cached",
      title: `cached names: A of ${options.externalNames} names outside the cluster, again and again`,
      needsUpstream: true,
      samples: fromUpstream(names.slice(0, SAMPLES)),
      questions: () => questions,
    },
    {
      ...COST,
      name: "misses",
      title: "forwarded misses: A of names outside the cluster never asked before",
      needsUpstream: true,
      once: true,
      samples: fromUpstream(randomNames(SAMPLES, "example")),
      questions: (seconds) =>
        randomNames(seconds * MISSES_PER_SECOND, "example").map((qname) => `${qname} A`),
    },
  ];
}

function flood(cluster: Cluster): Workload {
  const absent = (count: number) => randomNames(count, "team-1.svc.cluster.local");
  return {
    ...COST,
    name: "nxdomain",
    title: "flood: A of random names in the cluster's zone that do not exist",
    once: true,
    rcodes: ["NXDOMAIN"],
    samples: [
      ...cluster.addresses.slice(-1),
      ...absent(SAMPLES).map((qname) => ({ qname, address: undefined })),
    ],
    questions: (seconds) => absent(seconds * FLOOD_PER_SECOND).map((qname) => `${qname} A`),
  };
}

function externalNames({ externalNames }: Options): string[] {
  return Array.from({ length: externalNames }, (_, index) => `host-${index}.external.example`);
}

function fromUpstream(qnames: readonly string[]): Expected[] {
  return qnames.map((qname) => ({ qname, address: UPSTREAM_ADDRESS }));
}

function randomNames(count: number, parent: string): string[] {
  const labels = randomBytes(count * LABEL_OCTETS).toString("hex");
  const width = LABEL_OCTETS * 2;
  return Array.from(
    { length: count },
    (_, index) => `${labels.slice(index * width, (index + 1) * width)}.${parent}`,
  );
}
