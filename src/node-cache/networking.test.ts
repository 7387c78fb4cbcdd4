import { expect, it } from "vitest";
import { Metrics } from "../observe/metrics.ts";
import { recordingLog } from "../testing/context.ts";
import { IptablesError } from "./iptables.ts";
import type { LocalInterface } from "./local-interface.ts";
import { Networking } from "./networking.ts";
import { rulesFor } from "./rules.ts";
import type { Rule } from "./rules.ts";
import { SetupErrors } from "./setup-errors.ts";

const RULES = rulesFor("169.254.20.10", 53, 8080);

/** A node whose interface and rules are in memory. */
class FakeNode {
  readonly rules = new Set<Rule>();
  readonly done: string[] = [];
  isThere = false;
  fault: Error | undefined;
  readonly errors = new SetupErrors();
  readonly log = recordingLog();
  readonly networking = new Networking({
    localInterface: this as unknown as LocalInterface,
    interfaceName: "nodelocaldns",
    iptables: {
      ensure: async (rule) => {
        if (this.fault) throw this.fault;
        const isNew = !this.rules.has(rule);
        this.rules.add(rule);
        return isNew;
      },
      remove: async (rule) => {
        this.rules.delete(rule);
        this.done.push("rule removed");
      },
    },
    rules: RULES,
    log: this.log.log,
    errors: this.errors,
  });

  add(): void {
    if (this.fault) throw this.fault;
    this.isThere = true;
  }

  addAddresses(): void {
    this.done.push("addresses");
  }

  remove(): void {
    this.isThere = false;
    this.done.push("interface removed");
  }
}

it("makes interface and rules, and again what is gone", async () => {
  const node = new FakeNode();
  node.networking.ensureInterface();
  expect([node.isThere, node.rules.size]).toEqual([true, 0]);
  await node.networking.ensure();
  expect(node.rules.size).toBe(RULES.length);
  node.isThere = false;
  node.rules.clear();
  await node.networking.ensure();
  expect([node.isThere, node.rules.size]).toEqual([true, RULES.length]);
});

it("takes away the rules and then the interface, and makes nothing after that", async () => {
  const node = new FakeNode();
  await node.networking.ensure();
  const late = node.networking.ensure();
  await node.networking.tearDown();
  await Promise.all([late, node.networking.ensure()]);
  expect([node.isThere, node.rules.size]).toEqual([false, 0]);
  expect(node.done.at(-1)).toBe("interface removed");
});

it("counts what fails by its kind, says it once for all rules, and goes on", async () => {
  const node = new FakeNode();
  node.fault = new IptablesError("Another app is currently holding the xtables lock");
  await node.networking.ensure();
  expect(node.errors.of("iptables_lock")).toBe(RULES.length);
  expect(node.errors.of("interface_add")).toBe(1);
  expect(node.log.lines).toEqual([
    "error: Cannot make 12 of 12 rules of iptables: Another app is currently holding the xtables lock",
    'error: Cannot add interface "nodelocaldns": Another app is currently holding the xtables lock',
  ]);
  const metrics = new Metrics();
  node.errors.publish(metrics);
  const text = await metrics.text();
  expect(text).toContain('coredns_nodecache_setup_errors_total{errortype="iptables_lock"} 12');
  expect(text).toContain('coredns_nodecache_setup_errors_total{errortype="configmap"} 0');
});
