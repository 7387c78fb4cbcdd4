import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProxyInput, ProxyOutput } from "./kube-proxy.ts";
import { askKubeProxy } from "./kube-proxy.ts";
import { ourViews, theirViews } from "./proxy-views.ts";
import { Random } from "../fuzz/random.ts";
import { NODES, randomService } from "./random-services.ts";
import { RECORDED_ROUTES } from "../explain/recorded-routes.ts";

/** Of the first and the last, Services let in the address. */
const NODE_IPS = [
  { IPv4: "172.18.0.2", IPv6: "fd01::2" },
  { IPv4: "172.19.0.3", IPv6: "fd09::3" },
  { IPv4: "172.20.0.4", IPv6: "fd02::4" },
] as const;
const Nodes: ProxyInput["Nodes"] = NODES.map(({ name, zone }, i) => ({
  Name: name,
  Zone: zone,
  NodeIPs: NODE_IPS[i] ?? NODE_IPS[0],
  PodCIDR: { IPv4: "10.244.0.0/16", IPv6: "fd00:10::/64" },
}));
const SERVICES_EACH = 100;

describe.each([1, 2, 3])(
  `${SERVICES_EACH} Services drawn by %i, as kube-proxy has them`,
  (seed) => {
    let input: ProxyInput;
    let output: Readonly<Record<string, ProxyOutput>>;

    beforeAll(() => {
      const random = new Random(seed);
      const drawn = Array.from({ length: SERVICES_EACH }, (_none, i) => randomService(random, i));
      input = {
        Nodes,
        Services: drawn.map(({ service }) => service),
        Slices: drawn.flatMap(({ slices }) => slices),
      };
      output = askKubeProxy(input);
    }, 600_000);

    const places = Nodes.flatMap((node) => {
      return (["IPv4", "IPv6"] as const).map((family) => ({ name: node.Name, node, family }));
    });

    it.each(places)("on $name in $family", ({ name, node, family }) => {
      const theirs = theirViews(output[name]!, family);
      const ours = ourViews(input, node, family);
      expect(Object.keys(theirs.iptables).length).toBeGreaterThan(50);
      expect(ours.iptables).toEqual(theirs.iptables);
      expect(Object.keys(theirs.nftables.rules).length).toBeGreaterThan(30);
      expect(ours.nftables).toEqual(theirs.nftables);
      expect(theirs.ipvs.length).toBeGreaterThan(30);
      expect(ours.ipvs).toEqual(theirs.ipvs);
    });
  },
);

it("says of the recorded Services what is recorded of it", () => {
  const recorded = JSON.parse(readFileSync(RECORDED_ROUTES, "utf8")) as {
    readonly input: ProxyInput;
  };
  const output = askKubeProxy(recorded.input);
  if (process.env["PORTOLAN_WRITE_RECORDED"]) {
    writeFileSync(
      RECORDED_ROUTES,
      `${JSON.stringify({ input: recorded.input, output }, undefined, 2)}\n`,
    );
  }
  const again = JSON.parse(readFileSync(RECORDED_ROUTES, "utf8")) as {
    readonly output: Readonly<Record<string, ProxyOutput>>;
  };
  for (const { Name } of recorded.input.Nodes) {
    for (const family of ["IPv4", "IPv6"] as const) {
      expect(theirViews(output[Name]!, family)).toEqual(theirViews(again.output[Name]!, family));
    }
  }
});
