import { describe, expect, it } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { ClientPods } from "../../server/contract/client-pods.ts";
import { clientPods } from "../../server/contract/client-pods.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import type { TestContextOptions } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { acl } from "./index.ts";

function knowing(namespaces: ReadonlyMap<string, string>): ClientPods {
  return {
    begin: () => undefined,
    namespaceOf: ({ address }) => namespaces.get(address) ?? "",
  };
}

function create(body: string, pods?: ClientPods, more: TestContextOptions = {}): Instance {
  const directive = `acl {\n${body}\n}`;
  const offers = pods ? { kubernetes: [clientPods.offer(pods)] } : {};
  const context = testContext({ directive, offers, ...more });
  const instance = acl.create?.(acl.parse(testDirective(directive)), context);
  if (!instance) throw new Error("no instance");
  instance.connect?.();
  return instance;
}

async function ask(instance: Instance, address: string, qname = "a.test."): Promise<Outcome> {
  const query = testQuery(qname, "A", { address });
  return (await instance.serve?.(query, () => new Reply(Rcode.NOERROR))) as Outcome;
}

async function rcodeOf(instance: Instance, address: string): Promise<number> {
  const outcome = await ask(instance, address);
  return outcome === DROPPED ? -1 : outcome.rcode;
}

describe("acl by namespace", () => {
  it("does what the first line says that is about the Pod who asks", async () => {
    const namespaces = new Map([
      ["10.0.0.1", "shop"],
      ["10.0.0.2", "data"],
      ["10.1.0.1", "shop"],
    ]);
    const body = "allow namespace shop net 10.0.0.0/16\nblock namespace shop data\ndrop";
    const instance = create(body, knowing(namespaces));
    const { NOERROR, REFUSED } = Rcode;
    for (const [address, rcode] of [
      ["10.0.0.1", NOERROR],
      ["10.0.0.2", REFUSED],
      ["10.1.0.1", REFUSED],
      ["10.9.0.1", -1],
    ] as const) {
      expect([address, await rcodeOf(instance, address)]).toEqual([address, rcode]);
    }
    // The next query may come from another Pod with the address.
    namespaces.set("10.0.0.1", "data");
    expect(await rcodeOf(instance, "10.0.0.1")).toBe(REFUSED);
  });

  it("gives replies to nobody else, unless it makes no difference who asks", async () => {
    const pods = knowing(new Map([["10.0.0.1", "shop"]]));
    for (const [body, isPerClient] of [
      ["block namespace shop", true],
      ["block namespace shop\nblock", false],
      ["allow namespace shop", false],
      ["block namespace shop type AAAA", false],
    ] as const) {
      for (const address of ["10.0.0.1", "10.0.0.2"]) {
        const reply = await ask(create(body, pods), address);
        expect(reply === DROPPED || reply.validity.isPerClient).toBe(isPerClient);
      }
    }
  });

  it("lets nobody in or out while nothing is known of Pods, and tells nobody else", async () => {
    const failure = new QueryError(Rcode.SERVFAIL, "not yet");
    const pods: ClientPods = {
      begin: () => undefined,
      namespaceOf: () => {
        throw failure;
      },
    };
    const instance = create("block namespace shop", pods);
    expect(() => instance.serve?.(testQuery("a.test."), () => new Reply(0))).toThrow(failure);
    expect(failure.validity.isPerClient).toBe(true);
  });

  it("is refused where nobody can know", () => {
    expect(() => create("allow\nblock namespace shop")).toThrow(
      'Corefile:4: plugin/acl: cannot know who is in namespace "shop": there is no kubernetes in this server block',
    );
    const blind: ClientPods = { begin: () => "no endpoints", namespaceOf: () => "" };
    expect(() => create("block namespace shop", blind)).toThrow("no endpoints");
    expect(() => create("block net 10.0.0.0/8")).not.toThrow();
  });

  it.each(["Shop", "a.b", "*", "-a", "a".repeat(64)])("takes %j for no namespace", (name) => {
    expect(() => acl.parse(testDirective(`acl {\nblock namespace a ${name}\n}`))).toThrow(
      `bad namespace "${name}": not a name such as "shop"`,
    );
  });

  it("counts with the label of the block's view", async () => {
    const metrics = new Metrics();
    const more = { metrics, settings: { view: "inside" } };
    const instance = create("block net 10.0.0.2", undefined, more);
    for (const address of ["10.0.0.1", "10.0.0.2"]) await ask(instance, address);
    const text = await metrics.text();
    expect(text).toContain(
      'coredns_acl_allowed_requests_total{server="dns://:53",view="inside"} 1\n',
    );
    expect(text).toContain(
      'coredns_acl_blocked_requests_total{server="dns://:53",zone=".",view="inside"} 1\n',
    );
  });
});
