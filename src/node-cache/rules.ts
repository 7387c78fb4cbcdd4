/** A rule of iptables: where it stands, and the rest as its command line has it. */
export interface Rule {
  readonly table: "raw" | "filter";
  readonly chain: "PREROUTING" | "INPUT" | "OUTPUT";
  readonly words: readonly string[];
}

/** NodeLocal DNSCache's own, so that each finds what the other has left. */
const SKIP = comment("NodeLocal DNS Cache: skip conntrack");
const ALLOW = comment("NodeLocal DNS Cache: allow DNS traffic");

/**
 * The rules for an address, in the order in which they are made: queries and replies are not tracked, so kube-proxy's
 * rules do not send them elsewhere, and what is not tracked is let in; nor is the kubelet's health check tracked.
 */
export function rulesFor(address: string, dnsPort: number, healthPort: number): readonly Rule[] {
  const to = (protocol: string, port: number): string[] => {
    return ["-p", protocol, "-d", address, "--dport", String(port)];
  };
  const from = (protocol: string, port: number): string[] => {
    return ["-p", protocol, "-s", address, "--sport", String(port)];
  };
  const both = (make: (protocol: string) => Rule): Rule[] => ["tcp", "udp"].map(make);
  return [
    ...both((protocol) => skip("PREROUTING", to(protocol, dnsPort))),
    ...both((protocol) => allow("INPUT", to(protocol, dnsPort))),
    ...both((protocol) => skip("OUTPUT", from(protocol, dnsPort))),
    ...both((protocol) => allow("OUTPUT", from(protocol, dnsPort))),
    ...both((protocol) => skip("OUTPUT", to(protocol, dnsPort))),
    skip("OUTPUT", to("tcp", healthPort)),
    skip("OUTPUT", from("tcp", healthPort)),
  ];
}

function skip(chain: Rule["chain"], words: readonly string[]): Rule {
  return { table: "raw", chain, words: [...words, "-j", "NOTRACK", ...SKIP] };
}

function allow(chain: Rule["chain"], words: readonly string[]): Rule {
  return { table: "filter", chain, words: [...words, "-j", "ACCEPT", ...ALLOW] };
}

function comment(text: string): readonly string[] {
  return ["-m", "comment", "--comment", text];
}
