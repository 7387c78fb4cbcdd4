import { describe, expect, it } from "vitest";
import { Metrics } from "../../observe/metrics.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Outbox } from "../../transport/client.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { shed } from "./index.ts";

function make(zones: readonly string[] = ["."]): { instance: Instance; metrics: Metrics } {
  const metrics = new Metrics();
  const instance = shed.create?.(undefined, testContext({ directive: "shed", zones, metrics }));
  if (!instance) throw new Error("no instance");
  return { instance, metrics };
}

function queryBy(outbox: Outbox | undefined): Query {
  const query = testQuery("a.test.");
  return query.derive({ client: { ...query.client, outbox } });
}

describe("shed", () => {
  it("drops queries while too many replies wait, and counts them and lost replies", async () => {
    const { instance, metrics } = make();
    const outbox: Outbox = { isFull: false, onDropped: undefined };
    const rcodes = async (isFull: boolean): Promise<string> => {
      return (await ask(instance, queryBy({ ...outbox, isFull }))).rcode;
    };
    expect(await rcodes(false)).toBe("BADTRUNC");
    expect(await rcodes(true)).toBe("DROPPED");
    await ask(instance, queryBy(outbox));
    outbox.onDropped?.(3);
    const text = await metrics.text();
    expect(text).toContain('coredns_shed_dropped_total{server="dns://:53",reason="query"} 1\n');
    expect(text).toContain('coredns_shed_dropped_total{server="dns://:53",reason="response"} 3\n');
  });

  it("lets queries over TCP pass, and replies be repeated", async () => {
    const { instance } = make();
    expect((await ask(instance, queryBy(undefined))).rcode).toBe("BADTRUNC");
    expect(instance.passable).toBe(true);
  });

  it("counts the lost replies of a socket once, however many server blocks it has", async () => {
    const { instance, metrics } = make();
    const outbox: Outbox = { isFull: false, onDropped: undefined };
    const other = shed.create?.(undefined, testContext({ metrics }));
    for (const one of [instance, other, instance]) await ask(one as Instance, queryBy(outbox));
    outbox.onDropped?.(1);
    expect(await metrics.text()).toMatch(/reason="response"\} 1$/m);
  });

  it.each([
    ["shed on", 'Corefile:2: plugin/shed: unexpected argument "on"'],
    ["shed {\n}", 'Corefile:2: plugin/shed: unexpected "{"'],
  ])("refuses %j", (text, message) => {
    expect(() => shed.parse(testDirective(text))).toThrow(message);
  });

  it.each(["tls://.", "https://.", "quic://.", "grpc://."])("refuses a block with %s", (zone) => {
    const message = `Corefile:2: plugin/shed: cannot use "shed": it is about UDP, and "${zone}"`;
    expect(() => make(["a.test", zone])).toThrow(message);
  });
});
