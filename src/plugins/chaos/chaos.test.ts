import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { RrClass } from "../../dns/iana/rr-class.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { ask, passedOn, testQuery } from "../../testing/query.ts";
import { chaos } from "./index.ts";

function create(text: string): Instance {
  const instance = chaos.create?.(chaos.parse(testDirective(text)), testContext());
  if (!instance) throw new Error("no instance");
  return instance;
}

const query = (qname: string, qtype = "TXT"): ReturnType<typeof testQuery> =>
  testQuery(qname, qtype, { qclass: RrClass.CH });

async function texts(text: string, qname: string): Promise<string[]> {
  const { answer } = await ask(create(text), query(qname));
  const start = `${qname} 0 CH TXT `;
  expect(answer.every((line) => line.startsWith(start))).toBe(true);
  return answer.map((line) => line.slice(start.length)).toSorted();
}

describe("chaos", () => {
  it("tells its version by either name, however it is written, without authority", async () => {
    expect(await texts("chaos DNS-1", "version.bind.")).toEqual(['"DNS-1"']);
    expect(await texts("chaos DNS-1", "Version.Server.")).toEqual(['"DNS-1"']);
    const [own] = await texts("chaos", "version.bind.");
    expect(own).toMatch(/^"Portolan-\d+\.\d+\.\d+"$/);
    expect(await ask(create("chaos a"), query("version.bind."))).toMatchObject({
      rcode: "NOERROR",
      flags: "",
    });
  });

  it("tells its authors, each once and each first at some time", async () => {
    const directive = "chaos v b@example.org a@example.org b@example.org é";
    expect(await texts(directive, "authors.bind.")).toEqual([
      '"\\195\\169"',
      '"a@example.org"',
      '"b@example.org"',
    ]);
    expect(await texts("chaos v", "authors.bind.")).toEqual(['"The Portolan authors"']);
    const firsts = new Set<string | undefined>();
    const instance = create(directive);
    // That one of three is never the first of 200 happens once in 10^35 times.
    for (let i = 0; i < 200; i++)
      firsts.add((await ask(instance, query("authors.bind."))).answer[0]);
    expect(firsts.size).toBe(3);
  });

  it("tells its host", async () => {
    for (const qname of ["hostname.bind.", "id.server."]) {
      expect(await texts("chaos", qname)).toEqual([`"${hostname()}"`]);
    }
  });

  it("lets its replies be repeated, but not one that has an order of its own", async () => {
    const isOnce = async (qname: string): Promise<boolean> => {
      const reply = await create("chaos v a b").serve?.(query(qname), passedOn);
      return !(reply instanceof Reply) || reply.validity.isOnce;
    };
    expect(await isOnce("version.bind.")).toBe(false);
    expect(await isOnce("authors.bind.")).toBe(true);
  });

  it("leaves other names, types and classes alone", async () => {
    const others = [
      query("example.org."),
      query("version.bind.", "A"),
      testQuery("version.bind.", "TXT"),
    ];
    for (const one of others) expect((await ask(create("chaos"), one)).rcode).toBe("BADTRUNC");
  });

  it.each([
    [`chaos ${"v".repeat(256)}`, "cannot answer with a text of 256 octets"],
    [`chaos v ${"é".repeat(128)}`, "cannot answer with a text of 256 octets"],
    ["chaos v {\n authors a\n}", "has no properties"],
  ])("refuses %j", (text, message) => {
    expect(() => chaos.parse(testDirective(text))).toThrow(message);
    expect(() => chaos.parse(testDirective(text))).toThrow(/^Corefile:2: plugin\/chaos: /);
  });
});
