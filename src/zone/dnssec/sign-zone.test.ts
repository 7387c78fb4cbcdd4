import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RrType, formatRrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { formatRecord } from "../../dns/presentation.ts";
import { NSEC } from "../../dns/rdata/nsec.ts";
import { RRSIG } from "../../dns/rdata/rrsig.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { writeKeyFiles } from "../../testing/dnssec-keys.ts";
import { parseZoneText } from "../file/zone-text.ts";
import { ZoneData } from "../zone-data.ts";
import { verifyRrset } from "./rrset-signature.ts";
import { signZone } from "./sign-zone.ts";
import type { SigningKey } from "./signing-key.ts";
import { readSigningKey } from "./signing-key.ts";

const ORIGIN = Name.parse("example.org.");
const HEAD = "$TTL 300\n@ SOA ns host 7 1 1 1 60\n@ NS ns\nns A 192.0.2.53\n";
const KSK = 257;
let folder = "";
const keys = new Map<string, SigningKey>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sign-zone-"));
  for (const [name, options] of Object.entries({
    csk: { flags: KSK },
    zsk: {},
    rsaKsk: { flags: KSK, algorithm: 8 },
    edCsk: { flags: KSK, algorithm: 15 },
  }))
    keys.set(name, await readSigningKey(await writeKeyFiles(folder, options)));
});

afterAll(() => rm(folder, { recursive: true }));

function key(name: string): SigningKey {
  const found = keys.get(name);
  if (!found) throw new TypeError(`no key "${name}"`);
  return found;
}

async function signed(text: string, ...names: string[]): Promise<ResourceRecord[]> {
  const data = new ZoneData(ORIGIN);
  for (const record of parseZoneText(HEAD + text, { origin: ORIGIN, file: "db" })) data.add(record);
  const terms = { inception: 1_000, expiration: 2_000, serial: 99 };
  const all: ResourceRecord[] = [];
  for await (const slice of signZone(data, { ...terms, keys: names.map(key) })) all.push(...slice);
  return all;
}

/** `owner: next TYPES`, in the order of the chain. */
function chainOf(all: readonly ResourceRecord[]): string[] {
  return all
    .filter(({ type }) => type === RrType.NSEC)
    .map(({ owner, rdata }) => {
      const { next, types } = NSEC.decode(rdata) ?? { next: Name.root, types: [] };
      const mnemonics = types.filter((one) => one !== RrType.RRSIG && one !== RrType.NSEC);
      return `${short(owner)}: ${short(next)} ${mnemonics.map(formatRrType).join(" ")}`.trimEnd();
    });
}

/** `owner TYPE by TAG`, of each signature; those of denials left out. */
function signatures(all: readonly ResourceRecord[]): string[] {
  return all.flatMap(({ owner, type, rdata }) => {
    const { typeCovered = 0, keyTag = 0 } =
      type === RrType.RRSIG ? (RRSIG.decode(rdata) ?? {}) : {};
    const name = [...keys].find(([, { tag }]) => tag === keyTag)?.[0];
    if (type !== RrType.RRSIG || typeCovered === RrType.NSEC) return [];
    return [`${short(owner)} ${formatRrType(typeCovered)} by ${name}`];
  });
}

function short(name: Name): string {
  return name.toString().replace(/\.?example\.org\.$/, "") || "@";
}

describe("a signed zone", () => {
  it("has signatures that the keys verify, of all that is its own", async () => {
    const all = await signed("*.wild MX 10 Mail\nwww A 192.0.2.2\nwww A 192.0.2.1\n", "csk");
    for (const record of all.filter(({ type }) => type === RrType.RRSIG)) {
      const covered = RRSIG.decode(record.rdata)?.typeCovered;
      const rrset = all.filter(({ owner, type }) => owner.equals(record.owner) && type === covered);
      expect(verifyRrset(key("csk").rdata, rrset, record, 1_500)).toBe(true);
    }
    expect(signatures(all)).toEqual(
      ["@ SOA", "@ DNSKEY", "@ CDS", "@ CDNSKEY", "@ NS", "ns A", "*.wild MX", "www A"].map(
        (one) => `${one} by csk`,
      ),
    );
  });

  it("begins with its SOA record, which has the new serial number", async () => {
    const [soa] = await signed("", "csk");
    expect(soa && formatRecord(soa)).toMatch(/^example\.org\. 300 IN SOA \S+ \S+ 99 /);
  });

  it("tells of each name where the next one is, and of the last one the first", async () => {
    const text = String.raw`b.ent A 192.0.2.1
Z TXT "last"
\000.a TXT "first"
a TXT "x"
`;
    expect(chainOf(await signed(text, "csk"))).toEqual([
      "@: a NS SOA DNSKEY CDS CDNSKEY",
      String.raw`a: \000.a TXT`,
      String.raw`\000.a: b.ent TXT`,
      "b.ent: ns A",
      "ns: z A",
      "z: @ TXT",
    ]);
  });

  it("vouches at a cut for DS records alone, and for nothing below it", async () => {
    const text = `sub NS sub\nsub A 192.0.2.2\nglue.sub A 192.0.2.3\nunder.glue.sub NS x\n
sec NS ns\nsec DS 1 13 2 ${"0".repeat(64)}\nsubs A 192.0.2.4\n`;
    const all = await signed(text, "csk");
    expect(chainOf(all).slice(1)).toEqual([
      "ns: sec A",
      "sec: sub NS DS",
      "sub: subs NS",
      "subs: @ A",
    ]);
    expect(signatures(all).slice(5)).toEqual(["ns A by csk", "sec DS by csk", "subs A by csk"]);
    expect(all.map(formatRecord)).toContain("glue.sub.example.org. 300 IN A 192.0.2.3");
  });

  it("vouches for a DNAME record, and for nothing below it", async () => {
    const all = await signed("d DNAME x.net.\nd TXT x\nhid.d A 192.0.2.2\n", "csk");
    expect(chainOf(all).slice(1)).toEqual(["d: ns TXT DNAME", "ns: @ A"]);
    expect(signatures(all).filter((one) => one.includes("d "))).toEqual([
      "d DNAME by csk",
      "d TXT by csk",
    ]);
  });

  it("has denials with the lesser of the SOA record's TTL and its minimum", async () => {
    const nsec = (await signed("", "csk")).filter(({ type }) => type === RrType.NSEC);
    expect(nsec.map(({ ttlSeconds }) => ttlSeconds)).toEqual([60, 60]);
  });

  it("has nothing left of how it was signed before", async () => {
    const before = (await signed("", "zsk", "csk")).map(formatRecord).slice(1);
    const more = "@ NSEC3PARAM 1 0 0 -\n@ ZONEMD 1 1 1 000000000000000000000000000000\n";
    const all = await signed(`${more}${before.join("\n")}\n`, "edCsk");
    expect(signatures(all).every((one) => one.endsWith("by edCsk"))).toBe(true);
    expect(chainOf(all)[0]).toBe("@: ns NS SOA DNSKEY CDS CDNSKEY");
    expect(all.filter(({ type }) => type === RrType.DNSKEY)).toHaveLength(1);
  });
});

describe("with several keys", () => {
  it("a key-signing key signs keys, and a zone-signing key all else", async () => {
    const all = await signed("", "csk", "zsk");
    expect(signatures(all)).toEqual([
      "@ SOA by zsk",
      "@ DNSKEY by csk",
      "@ CDS by csk",
      "@ CDNSKEY by csk",
      "@ NS by zsk",
      "ns A by zsk",
    ]);
    expect(all.filter(({ type }) => type === RrType.CDNSKEY)).toHaveLength(1);
  });

  it("each algorithm signs everything", async () => {
    const of = async (...names: string[]): Promise<string[]> =>
      signatures(await signed("", ...names)).filter((one) => /(SOA|DNSKEY) /.test(one));
    expect(await of("csk", "edCsk")).toEqual([
      "@ SOA by csk",
      "@ SOA by edCsk",
      "@ DNSKEY by csk",
      "@ DNSKEY by edCsk",
      "@ CDNSKEY by csk",
      "@ CDNSKEY by edCsk",
    ]);
    expect(await of("csk", "zsk", "rsaKsk")).toEqual([
      "@ SOA by zsk",
      "@ SOA by rsaKsk",
      "@ DNSKEY by csk",
      "@ DNSKEY by rsaKsk",
      "@ CDNSKEY by csk",
      "@ CDNSKEY by rsaKsk",
    ]);
  });
});

it("a zone of many names is in order, however its file is", async () => {
  const names = Array.from({ length: 600 }, (_, i) => `n${(i * 7_919) % 600}`);
  const chain = chainOf(await signed(names.map((one) => `${one} A 192.0.2.1`).join("\n"), "csk"));
  const inOrder = ["@", ...[...names, "ns"].sort()];
  expect(chain.map((one) => one.split(/: | /).slice(0, 2))).toEqual(
    inOrder.map((one, i) => [one, inOrder[i + 1] ?? "@"]),
  );
});
