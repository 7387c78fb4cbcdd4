import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Opcode } from "../../dns/iana/opcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import type { Next } from "../../server/contract/plugin.ts";
import { Reply } from "../../server/contract/reply.ts";
import type { TsigKeys } from "../../server/contract/tsig-keys.ts";
import { tsigKeys } from "../../server/contract/tsig-keys.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { ask, passedOn, records, sections, testQuery } from "../../testing/query.ts";
import type { Sections } from "../../testing/query.ts";
import type { PrimaryQuery, ScriptedPrimary } from "../../testing/scripted-primary.ts";
import { ZONE, say, serves, startPrimary, zoneOf } from "../../testing/scripted-primary.ts";
import { until } from "../../testing/until.ts";
import { parseSecondary } from "./parse.ts";
import { Secondary } from "./secondary.ts";

const { log, lines } = recordingLog();
const running: (() => Promise<void> | void)[] = [];

beforeEach(() => {
  lines.length = 0;
});

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function primary(answer: (query: PrimaryQuery) => void): Promise<ScriptedPrimary> {
  const one = await startPrimary(answer);
  running.push(() => one.close());
  return one;
}

/** @param directives `{{FROM}}` in them stands for where the primary is */
function start(one: ScriptedPrimary, ...directives: readonly string[]): Secondary {
  const from = `transfer from 127.0.0.1:${one.server.port}`;
  const entries = directives.flatMap((text) =>
    parseSecondary(testDirective(text.replaceAll("{{FROM}}", from))),
  );
  const plugin = new Secondary(entries, testContext({ zones: ["example.org"], log }));
  running.unshift(() => plugin.stop());
  plugin.start();
  return plugin;
}

function asked(
  plugin: Secondary,
  name: string,
  type = "A",
  next: Next = passedOn,
): Promise<Sections> {
  return ask(plugin, testQuery(name, type), next);
}

async function addressOf(plugin: Secondary, name: string): Promise<string | undefined> {
  const told = await asked(plugin, name).catch(() => undefined);
  return told?.answer[0]?.split(" ").at(-1);
}

async function notify(
  plugin: Secondary,
  name: string,
  { type = "SOA", address = "127.0.0.1" } = {},
): Promise<Sections> {
  const query = testQuery(name, type, { flags: Opcode.NOTIFY << 11, address });
  return sections(await plugin.serve(query, passedOn));
}

describe("a zone", () => {
  it("is SERVFAIL until it has been transferred", async () => {
    const plugin = start(await primary(() => {}), "secondary {\n{{FROM}}\n}");
    await expect(asked(plugin, "www.example.org.")).rejects.toThrow("there is no good version");
  });

  it("is served with authority, and its denials are", async () => {
    const plugin = start(await primary(serves(zoneOf(1))), "secondary {\n{{FROM}}\n}");
    await until(async () => (await addressOf(plugin, "www.example.org.")) === "192.0.2.1");
    expect(await asked(plugin, "www.example.org.")).toMatchObject({
      rcode: "NOERROR",
      flags: "AA",
    });
    expect(await asked(plugin, "x.example.org.")).toMatchObject({ rcode: "NXDOMAIN", flags: "AA" });
    expect(await asked(plugin, "example.com.")).toMatchObject({ rcode: "BADTRUNC" });
  });

  it("is known to a reload as soon as its primaries have been asked", async () => {
    const plugin = start(await primary(serves(zoneOf(1))), "secondary {\n{{FROM}}\n}");
    await plugin.ready();
    expect(await addressOf(plugin, "www.example.org.")).toBe("192.0.2.1");
  });

  it("leaves unknown names to the next plugin with fallthrough", async () => {
    const plugin = start(await primary(serves(zoneOf(1))), "secondary {\n{{FROM}}\nfallthrough\n}");
    await plugin.ready();
    const next = (): Reply => Reply.authoritative(records("x.example.org. 5 IN A 192.0.2.77"));
    expect((await asked(plugin, "x.example.org.", "A", next)).answer).toHaveLength(1);
    expect((await asked(plugin, "www.example.org.", "MX", next)).answer).toHaveLength(0);
  });

  it("is offered to those who transfer it on, with its changes", async () => {
    const one = await primary(serves(zoneOf(1)));
    const plugin = start(one, "secondary {\n{{FROM}}\n}");
    await plugin.ready();
    one.answer = serves(zoneOf(2));
    await notify(plugin, "example.org.");
    await until(async () => (await addressOf(plugin, "www.example.org.")) === "192.0.2.2");
    const [source] = zoneSource.among(plugin.offers);
    expect(source?.version?.(ZONE)?.changesSince(1)).toHaveLength(1);
  });

  it("with two directives is an error at its line", async () => {
    const one = await primary(() => {});
    expect(() => start(one, "secondary {\n{{FROM}}\n}", "secondary {\n{{FROM}}\n}")).toThrow(
      /Corefile:2.*has primaries already/,
    );
  });
});

describe("a primary with a key", () => {
  const name = Name.parse("key.test.");
  const key: TsigKey = { name, secret: Buffer.alloc(32, 7), configured: undefined };
  const keys: TsigKeys = { find: (one) => (one.equals(name) ? key : undefined) };

  function startKeyed(one: ScriptedPrimary, word: string): Secondary {
    const from = `transfer from 127.0.0.1:${one.server.port} key ${word}`;
    const entries = parseSecondary(testDirective(`secondary {\n${from}\n}`));
    const offers = { tsig: [tsigKeys.offer(keys)] };
    const plugin = new Secondary(entries, testContext({ zones: ["example.org"], log, offers }));
    running.unshift(() => plugin.stop());
    plugin.start();
    return plugin;
  }

  it("is asked with it, and not believed without", async () => {
    const one = await primary(serves(zoneOf(1)));
    const plugin = startKeyed(one, "KEY.test");
    await until(() => lines.some((line) => line.includes("its reply is not to be trusted")));
    await expect(asked(plugin, "www.example.org.")).rejects.toThrow("no good version");
  });

  it("is an error of the Corefile if nobody has the key", async () => {
    const one = await primary(() => {});
    expect(() => startKeyed(one, "other.test")).toThrow(/Corefile:3.*unknown key "other.test"/);
  });
});

describe("NOTIFY", () => {
  it("of a primary is answered, and looked after", async () => {
    const one = await primary(serves(zoneOf(1)));
    const plugin = start(one, "secondary {\n{{FROM}}\n}");
    await plugin.ready();
    one.answer = serves(zoneOf(2));
    expect(await notify(plugin, "EXAMPLE.org.")).toMatchObject({ rcode: "NOERROR", flags: "AA" });
    await until(async () => (await addressOf(plugin, "www.example.org.")) === "192.0.2.2");
  });

  it.each([
    ["of somebody else", "example.org.", { address: "192.0.2.66" }, "REFUSED"],
    ["of a name that is no zone", "www.example.org.", {}, "NOTAUTH"],
    ["of another type", "example.org.", { type: "A" }, "FORMERR"],
  ])("%s does nothing", async (_, name, options, rcode) => {
    const one = await primary(serves(zoneOf(1)));
    const plugin = start(one, "secondary {\n{{FROM}}\n}");
    await plugin.ready();
    expect(await notify(plugin, name, options)).toMatchObject({ rcode, flags: "" });
    expect(one.asked).toEqual(["AXFR"]);
  });

  it("of somebody else is told of once", async () => {
    const plugin = start(await primary(serves(zoneOf(1))), "secondary {\n{{FROM}}\n}");
    for (let i = 0; i < 3; i++) await notify(plugin, "example.org.", { address: "192.0.2.66" });
    expect(lines.filter((line) => line.includes("Refused NOTIFY"))).toHaveLength(1);
  });
});

describe("members of a catalog", () => {
  /** What the primary has: zones by their names. */
  const zones = new Map<string, readonly string[]>();

  beforeEach(() => zones.clear());

  function catalog(name: string, serial: number, ...more: readonly string[]): void {
    zones.set(name, [
      `${name} 0 IN SOA invalid. invalid. ${serial} 100 10 1000 0`,
      `${name} 0 IN NS invalid.`,
      `version.${name} 0 IN TXT "2"`,
      ...more,
    ]);
  }

  function member(name: string, address: string, serial = 1): void {
    zones.set(name, [
      `${name} 60 IN SOA ns.${name} host.${name} ${serial} 100 10 1000 60`,
      `${name} 60 IN NS ns.${name}`,
      `ns.${name} 60 IN A ${address}`,
    ]);
  }

  function listed(catalogName: string, label: string, zone: string): string {
    return `${label}.zones.${catalogName} 0 IN PTR ${zone}`;
  }

  const answer = (query: PrimaryQuery): void => {
    const zone = zones.get(query.qname.toString());
    const [first = ""] = zone ?? [];
    if (!zone) query.connection?.destroy();
    else say(query, query.qtype === RrType.SOA ? [first] : [...zone, first]);
  };

  const ONE = "one.catalog.";
  const TWO = "two.catalog.";

  async function startCatalogs(limit = "", names = `${ONE} ${TWO}`): Promise<Secondary> {
    const one = await primary(answer);
    catalog(TWO, 1);
    return start(one, `secondary ${names} {\n{{FROM}}\ncatalog ${limit}\n}`);
  }

  it("are served, and go when the catalog does not have them any more", async () => {
    member("a.test.", "192.0.2.1");
    catalog(ONE, 1, listed(ONE, "x", "a.test."));
    const plugin = await startCatalogs();
    await until(async () => (await addressOf(plugin, "ns.a.test.")) === "192.0.2.1");
    catalog(ONE, 2, listed(ONE, "y", "b.test."));
    member("b.test.", "192.0.2.2");
    await notify(plugin, ONE);
    await until(async () => (await addressOf(plugin, "ns.b.test.")) === "192.0.2.2");
    await until(async () => (await asked(plugin, "ns.a.test.")).rcode === "BADTRUNC");
    expect(lines).toContainEqual(
      expect.stringContaining('"a.test." is gone from catalog "one.catalog."'),
    );
  });

  it("are only those within the zones that are named", async () => {
    member("a.test.", "192.0.2.1");
    member("a.example.", "192.0.2.2");
    catalog(ONE, 1, listed(ONE, "x", "a.test."), listed(ONE, "y", "a.example."));
    const plugin = await startCatalogs("test");
    await until(async () => (await addressOf(plugin, "ns.a.test.")) === "192.0.2.1");
    expect(await asked(plugin, "ns.a.example.")).toMatchObject({ rcode: "BADTRUNC" });
    expect(lines).toContainEqual(expect.stringContaining("has 1 zones that are not within"));
  });

  it("are begun anew with another label", async () => {
    member("a.test.", "192.0.2.1", 7);
    catalog(ONE, 1, listed(ONE, "x", "a.test."));
    const plugin = await startCatalogs();
    await until(async () => (await addressOf(plugin, "ns.a.test.")) === "192.0.2.1");
    member("a.test.", "192.0.2.9", 3);
    catalog(ONE, 2, listed(ONE, "z", "a.test."));
    await notify(plugin, ONE);
    await until(async () => (await addressOf(plugin, "ns.a.test.")) === "192.0.2.9");
    expect(lines).toContainEqual(expect.stringContaining("begun anew"));
  });

  it("go to another catalog only if theirs says so", async () => {
    member("a.test.", "192.0.2.1");
    catalog(ONE, 1, listed(ONE, "x", "a.test."));
    const plugin = await startCatalogs();
    await until(async () => (await addressOf(plugin, "ns.a.test.")) === "192.0.2.1");
    catalog(TWO, 2, listed(TWO, "x", "a.test."));
    await notify(plugin, TWO);
    await until(() => lines.some((line) => line.includes("there is such a zone already")));
    catalog(ONE, 2, listed(ONE, "x", "a.test."), `coo.${listed(ONE, "x", TWO)}`);
    await notify(plugin, ONE);
    await until(() =>
      lines.some((line) => line.includes('"one.catalog." from') && line.includes("serial 2")),
    );
    catalog(TWO, 3, listed(TWO, "x", "a.test."));
    await notify(plugin, TWO);
    await until(() => lines.some((line) => line.includes('to "two.catalog.", as it is')));
    expect(await addressOf(plugin, "ns.a.test.")).toBe("192.0.2.1");
    catalog(ONE, 3);
    await notify(plugin, ONE);
    await until(() =>
      lines.some((line) => line.includes('"one.catalog." from') && line.includes("serial 3")),
    );
    expect(await addressOf(plugin, "ns.a.test.")).toBe("192.0.2.1");
  });

  it("are no zones that the Corefile has", async () => {
    member("a.test.", "192.0.2.1");
    catalog(ONE, 1, listed(ONE, "x", "a.test."), listed(ONE, "y", ONE));
    await startCatalogs();
    await until(() =>
      lines.some((line) => line.includes('"one.catalog." of catalog "one.catalog." is left out')),
    );
    expect(lines).not.toContainEqual(expect.stringContaining('"one.catalog." is gone'));
  });

  it.each([
    ["another version", ['version.one.catalog. 0 IN TXT "1"'], "2 TXT records"],
    ["a member twice", [listed(ONE, "x", "a.test."), listed(ONE, "y", "a.test.")], "two members"],
    [
      "a member with two zones",
      [listed(ONE, "x", "a.test."), listed(ONE, "x", "b.test.")],
      "has 2 PTR",
    ],
  ])("of a catalog with %s are none", async (_, more, message) => {
    catalog(ONE, 1, ...more);
    const plugin = await startCatalogs();
    await until(() => lines.some((line) => line.includes(message)));
    await expect(asked(plugin, `version.${ONE}`, "TXT")).rejects.toThrow("no good version");
  });
});
