import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { PeerUnavailable } from "../bench-error.ts";
import { CLUSTER_TTL_SECONDS } from "../cluster.ts";
import { findProgram } from "../find-program.ts";
import type { Peer, Task } from "./peer.ts";
import { versionOf } from "./peer.ts";

/** A small forwarder in C, of one thread. The cluster is a hosts file, which it hashes. */
export const dnsmasq: Peer = {
  name: "dnsmasq",
  resolves: true,
  followsCluster: false,
  hasThreads: false,
  locate() {
    const path = findProgram("dnsmasq");
    if (path === undefined) throw new PeerUnavailable('install Debian\'s package "dnsmasq-base"');
    return { path, version: versionOf(path, "--version") };
  },
  prepare(program, task) {
    const hosts = join(task.folder, "hosts");
    writeFileSync(hosts, hostsFile(task));
    const file = join(task.folder, "dnsmasq.conf");
    writeFileSync(file, configuration(task, hosts));
    return { program: program.path, args: ["--keep-in-foreground", `--conf-file=${file}`] };
  },
};

/** The cache, the queries in flight and the connections are as many as CoreDNS allows or more: the defaults are a router's. */
function configuration(task: Task, hosts: string): string {
  return `port=${task.port}
listen-address=127.0.0.1
bind-interfaces
user=${userInfo().username}
pid-file=
log-facility=-
no-resolv
no-hosts
addn-hosts=${hosts}
local=/cluster.local/
local-ttl=${CLUSTER_TTL_SECONDS}
server=127.0.0.1#${task.upstreamPort}
cache-size=10000
dns-forward-max=1000
max-tcp-connections=1000
`;
}

function hostsFile({ cluster }: Task): string {
  return cluster.addresses.map(({ qname, address }) => `${address} ${qname}\n`).join("");
}
