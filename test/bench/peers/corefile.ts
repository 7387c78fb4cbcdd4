import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLUSTER_TTL_SECONDS } from "../cluster.ts";
import { freePort } from "../free-port.ts";
import type { Task } from "./peer.ts";

/**
 * Writes the Corefile that both Portolan and CoreDNS run in every row: what kubeadm puts into a new cluster, less
 * `loop` and the lame duck, which only matter at either end; with what the row is about.
 *
 * @returns the file's path
 */
export async function writeCorefile(task: Task): Promise<string> {
  const [health, ready, metrics] = [await freePort(), await freePort(), await freePort()];
  const file = join(task.folder, "Corefile");
  // CoreDNS finds the client's namespace no other way.
  const knowsPods = task.directives.some((line) => line.startsWith("autopath "));
  const text = `.:${task.port} {
    bind 127.0.0.1
    errors
    health 127.0.0.1:${health}
    ready 127.0.0.1:${ready}
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        endpoint http://127.0.0.1:${task.kubernetesApiPort}
        pods ${knowsPods ? "verified" : "insecure"}
        fallthrough in-addr.arpa ip6.arpa
        ttl ${CLUSTER_TTL_SECONDS}
    }
    prometheus 127.0.0.1:${metrics}
    forward . 127.0.0.1:${task.upstreamPort}
    cache 30
    reload
    loadbalance
${task.directives.map((line) => `    ${line}\n`).join("")}}
`;
  writeFileSync(file, text);
  return file;
}
