import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { clientSubnetOption } from "../../dns/edns.ts";
import type { EdnsOption } from "../../dns/edns.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { recordingLog, silentLog, testContext, testDirective } from "../../testing/context.ts";
import { passUntil, stopTime } from "../../testing/hand-clock.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { startServer } from "../../testing/server.ts";
import { geoip } from "./index.ts";
import type { MmdbValue } from "./mmdb.cases.ts";
import { writeMmdb } from "./mmdb.cases.ts";

const folder = mkdtempSync(join(tmpdir(), "geoip-"));
const started: Instance[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const instance of started.splice(0)) await instance.stop?.();
});

afterAll(() => rmSync(folder, { recursive: true }));

const CAMBRIDGE: MmdbValue = {
  city: { names: { en: "Cambridge", es: "Cambridge" } },
  continent: { code: "EU", names: { en: "Europe", es: "Europa" } },
  country: { iso_code: "GB", names: { en: "United Kingdom" }, is_in_european_union: true },
  location: { latitude: 52.2242, longitude: 0.0000001315, time_zone: "Europe/London" },
  postal: { code: "CB4" },
  subdivisions: [{ iso_code: "ENG" }, { iso_code: "CAM" }],
};

let files = 0;

/** Puts a file there in one step. */
function put(octets: Buffer | string, path = join(folder, `${++files}.mmdb`)): string {
  writeFileSync(`${path}.new`, octets);
  renameSync(`${path}.new`, path);
  return path;
}

const cityFile = put(writeMmdb("DBIP-City-Lite", { "81.2.69.142/32": CAMBRIDGE }));
const asnFile = put(
  writeMmdb("GeoLite2-ASN", {
    "81.2.69.142/32": {
      autonomous_system_number: 12_345,
      autonomous_system_organization: "Test ASN Organization",
    },
    "10.0.0.0/8": { autonomous_system_number: 0, autonomous_system_organization: "Not routed" },
  }),
);

async function make(text: string, log = silentLog()): Promise<Instance> {
  const directive = testDirective(text);
  const context = testContext({ directive: text, log });
  const instance = geoip.create?.(geoip.parse(directive), context);
  if (!instance) throw new Error("no instance");
  started.push(instance);
  await instance.start?.();
  return instance;
}

function valueOf(instance: Instance, label: string, query: ReturnType<typeof testQuery>): string {
  return instance.metadata?.[label]?.(query, "") ?? "not provided";
}

const subnet = (address: readonly number[], family = 1): EdnsOption =>
  clientSubnetOption({
    family,
    sourcePrefixLength: address.length * 8,
    scopePrefixLength: 0,
    address: Buffer.from(address),
  });

/** CoreDNS's tests of it, with the same records. */
describe("geoip", () => {
  it.each([
    ["city/name", "Cambridge", cityFile, "81.2.69.142"],
    ["country/code", "GB", cityFile, "81.2.69.142"],
    ["country/name", "United Kingdom", cityFile, "81.2.69.142"],
    ["country/is_in_european_union", "true", cityFile, "81.2.69.142"],
    ["continent/code", "EU", cityFile, "81.2.69.142"],
    ["continent/name", "Europe", cityFile, "81.2.69.142"],
    ["latitude", "52.2242", cityFile, "81.2.69.142"],
    ["longitude", "0.0000001315", cityFile, "81.2.69.142"],
    ["timezone", "Europe/London", cityFile, "81.2.69.142"],
    ["postalcode", "CB4", cityFile, "81.2.69.142"],
    ["subdivisions/code", "ENG,CAM", cityFile, "81.2.69.142"],
    ["asn/number", "12345", asnFile, "81.2.69.142"],
    ["asn/org", "Test ASN Organization", asnFile, "81.2.69.142"],
    ["asn/number", "0", asnFile, "10.0.0.1"],
    ["asn/org", "Not routed", asnFile, "10.0.0.1"],
    // Of an address that is not in it, and of what the database is not about.
    ["asn/number", "0", asnFile, "203.0.113.1"],
    ["asn/org", "", asnFile, "203.0.113.1"],
    ["country/is_in_european_union", "false", cityFile, "203.0.113.1"],
    ["latitude", "", cityFile, "203.0.113.1"],
    ["asn/number", "", cityFile, "81.2.69.142"],
    ["country/code", "", asnFile, "81.2.69.142"],
    // It has no addresses of IPv6 at all.
    ["country/code", "", cityFile, "2001:db8::1"],
    ["country/code", "", cityFile, "fe80::1%eth0"],
  ])("says %s is %j", async (label, value, file, address) => {
    const name = `geoip/${label}`;
    const direct = await make(`geoip ${file}`);
    expect(valueOf(direct, name, testQuery("a.test.", "A", { address }))).toBe(value);
    if (address.includes(":")) return;
    const bySubnet = await make(`geoip ${file} {\n edns-subnet\n}`);
    const options = [subnet(address.split(".").map(Number))];
    expect(valueOf(bySubnet, name, testQuery("a.test.", "A", { options }))).toBe(value);
    // Not without edns-subnet.
    const other = testQuery("a.test.", "A", { options });
    expect(valueOf(direct, name, other)).toBe(valueOf(direct, name, testQuery("a.test.")));
  });

  it.each([
    ["none", []],
    ["of another family", [subnet([81, 2, 69, 142], 3)]],
    ["too long", [subnet([81, 2, 69, 142, 1, 1, 1, 1])]],
    ["cut off", [{ code: 8, data: Buffer.from([0]) }]],
  ])("takes the client's address if the subnet is %s", async (_how, options) => {
    const instance = await make(`geoip ${cityFile} {\n edns-subnet\n}`);
    const query = testQuery("a.test.", "A", { address: "81.2.69.142", options });
    expect(valueOf(instance, "geoip/country/code", query)).toBe("GB");
  });

  it("remembers the subnet when its octets are gone", async () => {
    const instance = await make(`geoip ${cityFile} {\n edns-subnet\n}`);
    const option = subnet([81, 2, 69, 142]);
    const query = testQuery("a.test.", "A", { options: [option] });
    await ask(instance, query);
    option.data.fill(0);
    expect(valueOf(instance, "geoip/country/code", query)).toBe("GB");
  });

  it("is asked by the log", async () => {
    const { log, lines } = recordingLog();
    const server = await startServer({
      log,
      corefile: `.:{{PORT}} {
  bind 127.0.0.1
  metadata
  geoip ${put(writeMmdb("GeoLite2-Country", { "127.0.0.0/8": { country: { iso_code: "ZZ" } } }))}
  log . "{name} from {/geoip/country/code}"
  whoami
}`,
    });
    const { UDPClient } = await import("dns2");
    await UDPClient({ dns: "127.0.0.1", port: server.port })("a.test", "A");
    await server.stop();
    expect(lines).toContain("info: a.test. from ZZ");
  });
});

describe("a database", () => {
  const of = (code: string): Buffer =>
    writeMmdb("GeoLite2-Country", { "127.0.0.0/8": { country: { iso_code: code } } });

  it("is taken over when it is replaced, and the last good one stays", async () => {
    const path = put(of("AA"));
    const { log, lines } = recordingLog();
    stopTime();
    const instance = await make(`geoip ${path}`, log);
    const code = (): string => valueOf(instance, "geoip/country/code", testQuery("a.test."));
    const troubles = (): string[] => lines.filter((line) => line.startsWith("error: "));
    expect(code()).toBe("AA");
    put(of("BB"), path);
    await passUntil(() => code() === "BB");
    const broken = [of("CC").subarray(0, 100), "no database", writeMmdb("UnknownDbType", {})];
    for (const [i, octets] of broken.entries()) {
      put(octets, path);
      await passUntil(() => troubles().length > i);
      expect(troubles()[i]).toMatch(/^error: Cannot read database .*before it stays$/);
      expect(code()).toBe("BB");
      // The same trouble is told once, so something else comes between.
      put(of("BB"), path);
      await passUntil(() => lines.filter((line) => line.includes("reloaded")).length === i + 2);
    }
    rmSync(path);
    await passUntil(() => troubles().some((line) => line.includes("ENOENT")));
    expect(code()).toBe("BB");
    put(of("DD"), path);
    await passUntil(() => code() === "DD");
  });

  it.each([
    ["missing", (): string => join(folder, "missing"), 'missing": ENOENT'],
    [
      "of another type",
      (): string => put(writeMmdb("UnknownDbType", {})),
      'it is of type "UnknownDbType"',
    ],
    ["no database", (): string => put("text"), "Cannot read database"],
    ["empty", (): string => put(""), "Cannot read database"],
  ])("that is %s is not started with", async (_what, file, message) => {
    const text = `geoip ${file()}`;
    await expect(make(text)).rejects.toThrow(message);
    const context = testContext({ directive: text });
    const instance = geoip.create?.(geoip.parse(testDirective(text)), context);
    await expect(instance?.check?.()).rejects.toThrow(message);
  });

  it("whose data is broken has nothing to say, which is told once", async () => {
    const octets = writeMmdb("GeoLite2-Country", {
      "81.2.69.0/24": { country: { iso_code: "AA" } },
    });
    const at = octets.indexOf("country");
    octets.fill(0xff, at - 1, at + 12);
    const { log, lines } = recordingLog();
    const instance = await make(`geoip ${put(octets)}`, log);
    const query = testQuery("a.test.", "A", { address: "81.2.69.142" });
    for (let i = 0; i < 3; i++) expect(valueOf(instance, "geoip/country/code", query)).toBe("");
    expect(lines).toEqual([expect.stringMatching(/^error: Cannot look up an address in /)]);
  });
});

describe("the directive geoip", () => {
  it.each([
    ["geoip", "Corefile:2: plugin/geoip: missing argument"],
    ["geoip a b c", 'unexpected argument "b"'],
    ["geoip a {\n languages en\n}", 'Corefile:3: plugin/geoip: unknown property "languages"'],
    ["geoip a {\n edns-subnet yes\n}", 'unexpected argument "yes"'],
  ])("refuses %j", (text, message) => {
    expect(() => geoip.parse(testDirective(text))).toThrow(message);
  });
});
