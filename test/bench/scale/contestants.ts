import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findCoreDns } from "../../cluster/serve.ts";
import { ROOT } from "../../run-portolan.ts";

/** A server that is measured; `-conf` and its Corefile come behind the arguments. */
export interface Contestant {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
}

/**
 * Portolan, and CoreDNS where it is installed.
 * @param nodeFlags in place of those of the start script
 */
export function findContestants(nodeFlags: readonly string[] | undefined): Contestant[] {
  const args = [...(nodeFlags ?? startFlags()), join(ROOT, "dist/main.js")];
  const coreDns = findCoreDns();
  if (coreDns === undefined) console.log("coredns: not available: not in PATH, nor in Go's folder");
  return [
    { name: "portolan", path: process.execPath, args },
    ...(coreDns === undefined ? [] : [{ name: "coredns", path: coreDns, args: [] }]),
  ];
}

/** The flags for Node in `exec node FLAGS dist/main.js`. */
function startFlags(): string[] {
  const text = readFileSync(join(ROOT, "package.json"), "utf8");
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
  const flags = /\bnode (.*)dist\/main\.js/.exec(scripts["start"] ?? "")?.[1];
  if (flags === undefined)
    throw new Error('Cannot read package.json: no "dist/main.js" in "start"');
  return flags.split(" ").filter((flag) => flag !== "");
}

/** That of `deploy/kubernetes`, on the loopback, with the API server named: what a pod knows from its service account. */
export function corefile(pods: number): string {
  return `.:{{PORT}} {
    bind 127.0.0.1
    errors
    health 127.0.0.1:{{HEALTH_PORT}}
    ready 127.0.0.1:{{READY_PORT}}
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       endpoint {{API}}
       tls {{CERTIFICATE}} {{KEY}} {{CA}}
       pods ${pods === 0 ? "insecure" : "verified"}
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus 127.0.0.1:{{METRICS_PORT}}
    forward . 127.0.0.1:{{UPSTREAM_PORT}} {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loadbalance
}
`;
}
