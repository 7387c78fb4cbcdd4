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
  /** The names come from the cluster, or from the upstream with a cache in front. */
  readonly source: "cluster" | "upstream";
  readonly cluster: Cluster;
  /** The same cluster as an API, for who cannot read manifests. */
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
