import { describe, expect, it } from "vitest";
import { iptablesChains, nftablesChains } from "./chain-names.ts";
import type { ProxiedPort } from "./proxied-port.ts";
import type { ProxyEndpoint } from "./proxy-endpoints.ts";

function port(
  namespace: string,
  service: string,
  portName: string,
  protocol: ProxiedPort["protocol"],
): ProxiedPort {
  const label = `${namespace}/${service}${portName === "" ? "" : `:${portName}`}`;
  return { namespace, service, portName, protocol, label } as ProxiedPort;
}

function endpoint(ip: string, number: number): ProxyEndpoint {
  const text = ip.includes(":") ? `[${ip}]:${number}` : `${ip}:${number}`;
  return { ip, port: number, text } as ProxyEndpoint;
}

describe("names of chains", () => {
  it("are those that clusters everywhere have for their own Services, in the iptables mode", () => {
    const names = [
      port("default", "kubernetes", "https", "tcp"),
      port("kube-system", "kube-dns", "dns", "udp"),
      port("kube-system", "kube-dns", "dns-tcp", "tcp"),
      port("kube-system", "kube-dns", "metrics", "tcp"),
    ].map((one) => iptablesChains(one).cluster);
    expect(names).toEqual([
      "KUBE-SVC-NPX46M4PTMTKRN6Y",
      "KUBE-SVC-TCOU7JCQXEZGVUNU",
      "KUBE-SVC-ERIFXISQEP7F7OF4",
      "KUBE-SVC-JD5MR3NA4I4DYORP",
    ]);
  });

  it("have 16 characters of a hash and no more than iptables takes", () => {
    const chains = iptablesChains(port("a".repeat(63), "b".repeat(63), "c".repeat(15), "sctp"));
    const { cluster, local, external, firewall } = chains;
    const all = [cluster, local, external, firewall, chains.endpoint(endpoint("fd00::1", 8_080))];
    for (const name of all) expect(name).toMatch(/^KUBE-(?:SVC|SVL|EXT|FW|SEP)-[A-Z2-7]{16}$/);
    expect(Math.max(...all.map((name) => name.length))).toBeLessThanOrEqual(28);
  });

  it("say in the nftables mode what they are of, with dots for an address's colons", () => {
    const chains = nftablesChains(port("ns1", "svc1", "p80", "tcp"));
    expect(chains.cluster).toBe("service-ULMVA6XW-ns1/svc1/tcp/p80");
    expect(chains.endpoint(endpoint("10.180.0.1", 80))).toBe(
      "endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80",
    );
    expect(chains.affinity(endpoint("fd00::1", 80))).toMatch(
      /^affinity-[A-Z2-7]{8}-ns1\/svc1\/tcp\/p80__fd00\.\.1\/80$/,
    );
  });

  it("are cut where the kernel has no room for more", () => {
    const long = port("n".repeat(63), "s".repeat(63), "p".repeat(63), "sctp");
    const address = "2001:db8:1111:2222:3333:4444:5555:6666";
    const name = nftablesChains(long).endpoint(endpoint(address, 65_535));
    expect(name.length).toBeLessThanOrEqual(256);
    expect(name.endsWith("...")).toBe(true);
  });
});
