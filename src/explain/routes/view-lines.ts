import type { IptablesRule } from "../../kube/proxy/iptables-rule.ts";
import { saveLine } from "../../kube/proxy/iptables-rule.ts";
import { iptablesRules } from "../../kube/proxy/iptables-view.ts";
import { ipvsView } from "../../kube/proxy/ipvs-view.ts";
import type { NftablesView } from "../../kube/proxy/nftables-view.ts";
import { nftablesView } from "../../kube/proxy/nftables-view.ts";
import type { PortOnNode } from "../../kube/proxy/port-on-node.ts";
import type { ProxyMode } from "./routes.ts";

/** What a mode's own tool prints on the node, as far as it is about these ports. */
export function viewLines(ports: readonly PortOnNode[], mode: ProxyMode): readonly string[] {
  if (mode === "iptables") return iptablesLines(ports.flatMap(iptablesRules));
  return ports.flatMap((port) => {
    return mode === "ipvs" ? ipvsLines(port) : nftablesLines(nftablesView(port));
  });
}

/** What prints them. */
export function viewCommand(mode: ProxyMode, ports: readonly PortOnNode[]): string {
  const families = new Set(ports.map(({ port }) => port.family));
  const both = (ofIpv4: string, ofIpv6: string): string =>
    [families.has("IPv4") ? ofIpv4 : "", families.has("IPv6") ? ofIpv6 : ""]
      .filter((command) => command !== "")
      .join("; ");
  if (mode === "ipvs") return "ipvsadm -Ln";
  if (mode === "iptables") return both("iptables-save", "ip6tables-save");
  return both("nft list table ip kube-proxy", "nft list table ip6 kube-proxy");
}

function iptablesLines(rules: readonly IptablesRule[]): readonly string[] {
  return (["nat", "filter"] as const).flatMap((table) => {
    const ofTable = rules.filter((rule) => rule.table === table);
    return ofTable.length === 0 ? [] : [`*${table}`, ...ofTable.map(saveLine)];
  });
}

function ipvsLines(port: PortOnNode): readonly string[] {
  return ipvsView(port).flatMap((server) => {
    const { protocol, address, scheduler, persistentSeconds, realServers } = server;
    const persistent = persistentSeconds === undefined ? "" : ` persistent ${persistentSeconds}`;
    return [
      `${protocol.padEnd(4)} ${address} ${scheduler}${persistent}`,
      ...realServers.map((text) => `  -> ${text.padEnd(28)} Masq    1`),
    ];
  });
}

function nftablesLines({ elements, chains, affinitySets }: NftablesView): readonly string[] {
  const names = [...new Set(elements.map(({ container }) => container))];
  return [
    ...names.flatMap((name) => {
      const inside = elements.filter(({ container }) => container === name);
      const isMap = inside.some(({ verdict }) => verdict !== "");
      return [
        `${isMap ? "map" : "set"} ${name} {`,
        ...inside.map(({ key, verdict }) => `  ${key}${isMap ? ` : ${verdict}` : ""}`),
        "}",
      ];
    }),
    ...affinitySets.flatMap(({ name, timeoutSeconds }) => {
      return [`set ${name} {`, `  timeout ${nftDuration(timeoutSeconds)}`, "}"];
    }),
    ...chains.flatMap(({ name, rules }) => [
      `chain ${name} {`,
      ...rules.map((rule) => `  ${rule}`),
      "}",
    ]),
  ];
}

/** `3h`, `1d2h3m4s` */
function nftDuration(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const text = parts.map(([count, unit]) => (count === 0 ? "" : `${count}${unit}`)).join("");
  return text === "" ? "0s" : text;
}
