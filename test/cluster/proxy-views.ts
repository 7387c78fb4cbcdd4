import type { IpFamily } from "../../src/kube/ip-address.ts";
import { categorize } from "../../src/kube/proxy/categorize.ts";
import { saveLine } from "../../src/kube/proxy/iptables-rule.ts";
import { iptablesRules } from "../../src/kube/proxy/iptables-view.ts";
import { ipvsView } from "../../src/kube/proxy/ipvs-view.ts";
import { nftablesView } from "../../src/kube/proxy/nftables-view.ts";
import type { PortOnNode } from "../../src/kube/proxy/port-on-node.ts";
import { proxiedPorts } from "../../src/kube/proxy/proxied-port.ts";
import { endpointsOf } from "../../src/kube/proxy/proxy-endpoints.ts";
import { readProxyService } from "../../src/explain/routes/read-proxy-service.ts";
import { readProxySlice } from "../../src/explain/routes/read-proxy-slice.ts";
import { RawField } from "../../src/server/contract/raw-field.ts";
import { asSaved } from "./as-saved.ts";
import type { ProxyInput, ProxyOutput } from "./kube-proxy.ts";

/** What one node's proxy has for all Services in one family, in a form in which theirs and ours can be held together. */
export interface ComparedViews {
  /** Rules by table and chain, as `iptables-save` has them. */
  readonly iptables: Readonly<Record<string, readonly string[]>>;
  readonly nftables: ComparedNftables;
  /** A server, and a line for each that is behind it. */
  readonly ipvs: readonly string[];
}

interface ComparedNftables {
  readonly rules: Readonly<Record<string, readonly string[]>>;
  readonly elements: readonly string[];
  readonly sets: readonly string[];
}

/** What kube-proxy's own code wrote. */
export function theirViews(output: ProxyOutput, family: IpFamily): ComparedViews {
  return {
    iptables: byChain(savedByKubeProxy(output.iptables[family], family === "IPv6")),
    nftables: nftOf(output.nftables[family]),
    ipvs: (output.ipvs[family] ?? []).toSorted(),
  };
}

/** What we say of the same objects. */
export function ourViews(
  input: ProxyInput,
  node: ProxyInput["Nodes"][number],
  family: IpFamily,
): ComparedViews {
  const ports = portsOnNode(input, node, family);
  return {
    iptables: byChain(
      ports.flatMap(iptablesRules).map((rule) => [rule.table, saveLine(rule)] as const),
    ),
    nftables: ourNft(ports),
    ipvs: ports
      .flatMap(ipvsView)
      .map(({ protocol, address, scheduler, persistentSeconds, realServers }) => {
        const persistent =
          persistentSeconds === undefined ? "" : ` persistent ${persistentSeconds}`;
        const behind = realServers.map((text) => `-> ${text} 1`).toSorted();
        return [`${protocol} ${address} ${scheduler}${persistent}`, ...behind].join("\n");
      })
      .toSorted(),
  };
}

function portsOnNode(
  { Services, Slices }: ProxyInput,
  { Name: name, Zone: zone, NodeIPs, PodCIDR }: ProxyInput["Nodes"][number],
  family: IpFamily,
): readonly PortOnNode[] {
  const node = { name, zone };
  return Services.flatMap((service) => {
    const slices = Slices.filter((slice) => isOf(slice, service)).map(readProxySlice);
    return proxiedPorts(readProxyService(service)!, family).map((port) => ({
      port,
      node,
      endpoints: categorize(endpointsOf(slices, port), port, node),
      settings: { podRange: PodCIDR[family], nodeIP: NodeIPs[family] },
    }));
  });
}

function isOf(slice: object, service: object): boolean {
  const [mine, its] = [new RawField(slice).get("metadata"), new RawField(service).get("metadata")];
  const isBeside = mine.get("namespace").text() === its.get("namespace").text();
  return (
    isBeside && mine.get("labels").texts()["kubernetes.io/service-name"] === its.get("name").text()
  );
}

/** Rules that are the same whatever Services there are. */
const FIXED_CHAINS =
  /^-A (?:PREROUTING|INPUT|OUTPUT|POSTROUTING|FORWARD|KUBE-(?:POSTROUTING|MARK-MASQ|FORWARD|FIREWALL)) /;
const LAST_RULE = "NOTE: this must be the last rule in this chain";
/** Chains in which each Service has its rules, in no order. */
const SHARED = /^(?:nat|filter) KUBE-(?:SERVICES|NODEPORTS|EXTERNAL-SERVICES|PROXY-FIREWALL)$/;

function byChain(lines: readonly (readonly [string, string])[]): Record<string, readonly string[]> {
  const chains: Record<string, string[]> = {};
  for (const [table, line] of lines) (chains[`${table} ${line.split(" ")[1]}`] ??= []).push(line);
  return Object.fromEntries(
    Object.entries(chains)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, rules]) => [name, SHARED.test(name) ? rules.toSorted() : rules]),
  );
}

function savedByKubeProxy(text: string, isIpv6: boolean): (readonly [string, string])[] {
  let table = "";
  const lines: (readonly [string, string])[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    if (!line.startsWith("-A ") || FIXED_CHAINS.test(line) || line.includes(LAST_RULE)) continue;
    lines.push([table, asSaved(line, isIpv6)]);
  }
  return lines;
}

function nftOf(dump: string): ComparedNftables {
  const rules: Record<string, string[]> = {};
  const elements: string[] = [];
  const sets: string[] = [];
  for (const line of dump.split("\n")) {
    const [, verb, name = "", rest = ""] =
      /^add (rule|element|set) ip6? kube-proxy (\S+) (.*)$/.exec(line) ?? [];
    // As `nft list` shows what it was given.
    const text = rest
      .replace(/ comment "[^"]*"/, "")
      .replaceAll(" , ", ", ")
      .replace(/\bmark set mark or /, "meta mark set meta mark | ");
    if (verb === "rule" && name.includes("/")) (rules[name] ??= []).push(text);
    if (verb === "element") elements.push(`${name} ${text}`);
    if (verb === "set" && name.startsWith("affinity-")) sets.push(`${name} ${text}`);
  }
  return { rules, elements: elements.toSorted(), sets: sets.toSorted() };
}

function ourNft(ports: readonly PortOnNode[]): ComparedNftables {
  const views = ports.map((port) => ({ port, view: nftablesView(port) }));
  const elements = views.flatMap(({ view }) => view.elements);
  return {
    rules: Object.fromEntries(
      views.flatMap(({ view }) => view.chains.map(({ name, rules }) => [name, rules] as const)),
    ),
    elements: [
      ...new Set(
        elements.map(({ container, key, verdict }) => {
          return `${container} { ${key}${verdict === "" ? "" : ` : ${verdict}`} }`;
        }),
      ),
    ].toSorted(),
    sets: views
      .flatMap(({ port, view }) => {
        const type = port.port.family === "IPv4" ? "ipv4_addr" : "ipv6_addr";
        return view.affinitySets.map(({ name, timeoutSeconds }) => {
          return `${name} { type ${type} ; flags dynamic,timeout ; timeout ${timeoutSeconds}s ; }`;
        });
      })
      .toSorted(),
  };
}
