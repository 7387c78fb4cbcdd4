import { spawnSync } from "node:child_process";
import { PeerUnavailable } from "../bench-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Machine } from "../machine.ts";
import type { Command } from "../processes.ts";

/** A server that takes part. */
export interface Peer {
  /** As `-peers` and the report name it. */
  readonly name: string;
  /** False for one that returns packets without answering them: its answers are not checked. */
  readonly resolves: boolean;
  /** Whether it learns of a cluster's changes while it runs. */
  readonly followsCluster: boolean;
  /** Whether it can make use of a second core. */
  readonly hasThreads: boolean;
  /**
   * Finds the server on this machine.
   *
   * @throws PeerUnavailable when it is not there
   */
  locate(machine: Machine, folder: string): Program;
  /** Writes the configuration for the task, and says how to start. */
  prepare(program: Program, task: Task): Command | Promise<Command>;
}

/** A server that was found. */
export interface Program {
  readonly path: string;
  /** Empty where there is none. */
  readonly version: string;
}

/** What a server is to serve on 127.0.0.1, and with what. */
export interface Task {
  /** An empty folder for its files. */
  readonly folder: string;
  readonly port: number;
  /** How many the server may run on. */
  readonly cores: number;
  /** Lines of the Corefile besides the usual ones. */
  readonly directives: readonly string[];
  /** What the servers know by themselves; all other names are the upstream's. */
  readonly cluster: Cluster;
  /** The same cluster as an API, for who can read it. */
  readonly kubernetesApiPort: number;
  readonly upstreamPort: number;
}

/**
 * The version number in what a program prints about itself.
 *
 * @throws PeerUnavailable when it does not even do that
 */
export function versionOf(path: string, option: string): string {
  const { error, stdout } = spawnSync(path, [option], { encoding: "utf8" });
  if (error !== undefined) throw new PeerUnavailable(error.message);
  return /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? "";
}
