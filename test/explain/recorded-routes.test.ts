import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ProxyInput, ProxyOutput } from "../cluster/kube-proxy.ts";
import { ourViews, theirViews } from "../cluster/proxy-views.ts";
import { RECORDED_ROUTES } from "./recorded-routes.ts";

interface Recorded {
  readonly input: ProxyInput;
  readonly output: Readonly<Record<string, ProxyOutput>>;
}

const { input, output } = JSON.parse(readFileSync(RECORDED_ROUTES, "utf8")) as Recorded;
const places = input.Nodes.flatMap((node) => {
  return (["IPv4", "IPv6"] as const).map((family) => ({ name: node.Name, node, family }));
});

describe("what was recorded of kube-proxy of Kubernetes 1.36", () => {
  it.each(places)("is what we say, on $name in $family", ({ name, node, family }) => {
    const theirs = theirViews(output[name]!, family);
    expect(Object.keys(theirs.iptables).length).toBeGreaterThan(0);
    expect(ourViews(input, node, family)).toEqual(theirs);
  });

  it("has what the iptables mode does with every kind of Service", () => {
    const { iptables } = theirViews(output["node-a"]!, "IPv4");
    const text = Object.values(iptables).flat().join("\n");
    const wanted = [
      "KUBE-SVC-",
      "KUBE-SVL-",
      "KUBE-EXT-",
      "KUBE-FW-",
      "KUBE-SEP-",
      "REJECT",
      "DROP",
      "recent",
    ];
    expect(wanted.filter((word) => !text.includes(word))).toEqual([]);
    expect(text).toContain("--probability 0.33333333349");
  });
});
