import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLUSTER_TTL_SECONDS } from "../cluster.ts";
import { freePort } from "../free-port.ts";
import type { Task } from "./peer.ts";

/**
 * Writes the Corefile that both Portolan and CoreDNS run; only where the cluster comes from differs.
 *
 * @param clusterSource the line of the `kubernetes` block that names it
 * @returns the file's path
 */
export async function writeCorefile(task: Task, clusterSource: string): Promise<string> {
  const text =
    task.source === "cluster" ? await clusterCorefile(task, clusterSource) : forwardCorefile(task);
  const file = join(task.folder, "Corefile");
  writeFileSync(file, text);
  return file;
}

/** What kubeadm puts into a new cluster, less `loop` and the lame duck, which only matter at either end. */
async function clusterCorefile(task: Task, clusterSource: string): Promise<string> {
  const [health, ready, metrics] = [await freePort(), await freePort(), await freePort()];
  return `.:${task.port} {
    bind 127.0.0.1
    errors
    health 127.0.0.1:${health}
    ready 127.0.0.1:${ready}
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        ${clusterSource}
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl ${CLUSTER_TTL_SECONDS}
    }
    prometheus 127.0.0.1:${metrics}
    forward . 127.0.0.1:${task.upstreamPort}
    cache 30
    reload
    loadbalance
}
`;
}

function forwardCorefile(task: Task): string {
  return `.:${task.port} {
    bind 127.0.0.1
    errors
    forward . 127.0.0.1:${task.upstreamPort}
    cache 3600
}
`;
}
