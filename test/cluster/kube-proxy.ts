import { execFileSync } from "node:child_process";
import type { IpFamily } from "../../src/kube/ip-address.ts";
import { builtProgram } from "./go-module.ts";

export interface ProxyInput {
  readonly Nodes: readonly {
    readonly Name: string;
    readonly Zone: string;
    readonly NodeIPs: Readonly<Record<IpFamily, string>>;
    readonly PodCIDR: Readonly<Record<IpFamily, string>>;
  }[];
  readonly Services: readonly object[];
  readonly Slices: readonly object[];
}

/** What the proxiers of one node wrote. */
export interface ProxyOutput {
  /** As `iptables-restore` reads it. */
  readonly iptables: Readonly<Record<IpFamily, string>>;
  /** As `nft -f` reads it. */
  readonly nftables: Readonly<Record<IpFamily, string>>;
  /** Each server with its endpoints, a line each. */
  readonly ipvs: Readonly<Record<IpFamily, readonly string[] | null>>;
}

/** What kube-proxy's own code makes of objects, by the name of the node. */
export function askKubeProxy(input: ProxyInput): Readonly<Record<string, ProxyOutput>> {
  const program = builtProgram("kube-proxy", "kube-proxy");
  const printed = execFileSync(program, {
    input: JSON.stringify(input),
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "ignore"],
    encoding: "utf8",
  });
  return JSON.parse(printed) as Readonly<Record<string, ProxyOutput>>;
}
