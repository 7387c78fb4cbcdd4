import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PeerUnavailable } from "../bench-error.ts";
import { CLUSTER_TTL_SECONDS } from "../cluster.ts";
import { findProgram } from "../find-program.ts";
import type { Peer, Task } from "./peer.ts";
import { versionOf } from "./peer.ts";

/** A resolver in C. The cluster is local data; DNSSEC validation is off, as the others have none on. */
export const unbound: Peer = {
  name: "unbound",
  resolves: true,
  followsCluster: false,
  hasThreads: true,
  locate() {
    const path = findProgram("unbound");
    if (path === undefined) throw new PeerUnavailable('install Debian\'s package "unbound"');
    return { path, version: versionOf(path, "-V") };
  },
  prepare(program, task) {
    const file = join(task.folder, "unbound.conf");
    writeFileSync(file, configuration(task));
    return { program: program.path, args: ["-d", "-c", file] };
  },
};

function configuration(task: Task): string {
  return `server:
  interface: 127.0.0.1
  port: ${task.port}
  directory: "${task.folder}"
  chroot: ""
  username: ""
  pidfile: ""
  logfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: ${task.cores}
  so-reuseport: yes
  incoming-num-tcp: 1000
  module-config: "iterator"
  do-not-query-localhost: no
${localData(task)}
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${task.upstreamPort}
remote-control:
  control-enable: no
`;
}

function localData({ cluster }: Task): string {
  const records = cluster.addresses.map(
    ({ qname, address }) => `  local-data: "${qname}. ${CLUSTER_TTL_SECONDS} IN A ${address}"`,
  );
  return ['  local-zone: "cluster.local." static', ...records].join("\n");
}
