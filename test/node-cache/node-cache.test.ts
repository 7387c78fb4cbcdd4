import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillTemplate } from "../../src/node-cache/corefile-template.ts";
import { NO_KUBE_DNS_CONFIG } from "../../src/node-cache/kube-dns-config.ts";
import { rulesFor } from "../../src/node-cache/rules.ts";
import type { Portolan } from "../run-portolan.ts";
import { endAll } from "../run-portolan.ts";
import { ADDRESSES, Node, reasonToSkip } from "./node.ts";

const RULES = ADDRESSES.flatMap((address) => rulesFor(address, 53, 8080));

const reason = reasonToSkip();
if (reason !== "") console.warn(`node-cache is not tried on a node: ${reason}`);

describe.skipIf(reason !== "")("with the arguments of NodeLocal's manifest, on a node", () => {
  let node: Node;
  let cache: Portolan;
  const haveAll = (): boolean => node.hasInterface && node.rules.length === RULES.length;

  beforeAll(async () => {
    node = new Node();
    await node.open();
    cache = node.cache("-skipteardown");
    await cache.saying(/:53 on 10\.96\.0\.10/);
    await node.until(haveAll);
  });
  afterAll(async () => {
    endAll();
    await node.close();
  });

  it.each(ADDRESSES)("a query to %s is answered", (address) => {
    expect(node.ask(address)).toBe("10.0.0.7");
  });

  it("the Corefile is that of the template", () => {
    const template = readFileSync(join(node.folder, "Corefile.base"), "utf8");
    const values = { localAddresses: ADDRESSES, dnsPort: 53, upstreamAddress: "10.96.77.1" };
    expect(readFileSync(join(node.folder, "Corefile"), "utf8")).toBe(
      fillTemplate(template, { ...values, kubeDns: NO_KUBE_DNS_CONFIG }),
    );
  });

  it("the interface has the addresses", () => {
    expect(node.addresses()).toEqual(ADDRESSES);
  });

  it("its rules stand before those of others", () => {
    const queries = "-d 169.254.20.10/32 -p udp -m udp --dport 53 -m comment --comment";
    expect(node.rules).toContain(
      `-A PREROUTING ${queries} "NodeLocal DNS Cache: skip conntrack" -j NOTRACK`,
    );
    expect(node.rules).toContain(
      `-A INPUT ${queries} "NodeLocal DNS Cache: allow DNS traffic" -j ACCEPT`,
    );
  });

  it("metrics tell of no errors, on the port that is NodeLocal's and on the Corefile's", () => {
    for (const port of [9353, 9253]) {
      const metrics = node.get(`http://127.0.0.1:${port}/metrics`);
      const counts = metrics.match(/^coredns_nodecache_setup_errors_total\{.*$/gm) ?? [];
      expect(counts.map((line) => line.split(" ")[1])).toEqual(["0", "0", "0", "0", "0"]);
    }
  });

  it("interface and rules come again", async () => {
    const before = node.interfaceNumber;
    node.run("iptables", "-t", "raw", "-F");
    node.run("ip", "link", "delete", "nodelocaldns");
    // It may be back before anybody has seen it gone.
    await node.until(() => haveAll() && node.interfaceNumber !== before);
    expect(node.ask("10.96.0.10", "+tcp")).toBe("10.0.0.7");
  });

  it("both stay with -skipteardown", async () => {
    expect((await cache.stop()).code).toBe(0);
    expect(haveAll()).toBe(true);
  });

  it("without it both are gone after SIGTERM, and rules of others are not", async () => {
    const others = "-A INPUT -s 192.0.2.1/32 -j DROP";
    node.run("iptables", ...others.split(" "));
    const next = node.cache();
    await next.saying(/:53 on 10\.96\.0\.10/);
    expect((await next.stop()).code).toBe(0);
    expect([node.hasInterface, node.rules]).toEqual([false, [others]]);
    node.run("iptables", "-F");
  });

  it("a Corefile that cannot be served leaves nothing behind", async () => {
    writeFileSync(join(node.folder, "Corefile.base"), "__PILLAR__LOCAL__DNS__ {\n whoam\n}\n");
    const { code, stderr } = await node.cache().finished;
    expect([code, stderr]).toEqual([1, expect.stringContaining('"whoam"')]);
    expect([node.hasInterface, node.rules]).toEqual([false, []]);
  });
});
