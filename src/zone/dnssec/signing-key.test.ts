import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatRdata } from "../../dns/rdata/rdata.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { records } from "../../testing/query.ts";
import { writeKeyFiles } from "../../testing/dnssec-keys.ts";
import { bareSignature } from "./curve-signature.ts";
import { delegationSigner, keyTag } from "./public-key.ts";
import { signRrset, signRrsetAside, verifyRrset } from "./rrset-signature.ts";
import { readSigningKey } from "./signing-key.ts";

const ORIGIN = Name.parse("example.org.");
const TERMS = { signer: ORIGIN, inception: 1_000, expiration: 2_000 };
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dnssec-keys-"));
});

afterEach(() => rm(folder, { recursive: true }));

test.each([8, 10, 13, 14, 15, 16])(
  "what a key of algorithm %i signs, its public half verifies",
  async (algorithm) => {
    const base = await writeKeyFiles(folder, { algorithm });
    const key = await readSigningKey(base);
    const rrset = records(
      "www.example.org. 300 IN A 192.0.2.2",
      "www.example.org. 300 IN A 192.0.2.1",
    );
    for (const signature of [
      signRrset(key, rrset, TERMS),
      await signRrsetAside(key, rrset, TERMS),
    ]) {
      expect(verifyRrset(key.rdata, rrset.toReversed(), signature, 1_500)).toBe(true);
      expect(verifyRrset(key.rdata, rrset.slice(1), signature, 1_500)).toBe(false);
      expect(verifyRrset(key.rdata, rrset, signature, 999)).toBe(false);
      expect(verifyRrset(key.rdata, rrset, signature, 2_001)).toBe(false);
    }
  },
);

test("the case of names and a record that is there twice make no difference", async () => {
  const key = await readSigningKey(await writeKeyFiles(folder));
  const [mx] = records("example.org. 300 IN MX 10 Mail.Example.org.");
  const [same] = records("EXAMPLE.org. 300 IN MX 10 mail.example.org.");
  if (!mx || !same) throw new TypeError("no records");
  const signature = signRrset(key, [mx], { ...TERMS, signer: Name.parse("Example.ORG.") });
  expect(verifyRrset(key.rdata, [same, mx], signature, 1_500)).toBe(true);
});

test("a wildcard has a label less, and its signature is that of all names made of it", async () => {
  const key = await readSigningKey(await writeKeyFiles(folder));
  const rrset = records("*.example.org. 300 IN A 192.0.2.1");
  const signature = signRrset(key, rrset, TERMS);
  const owner = Name.parse("a.b.example.org.");
  const made = rrset.map((record) => record.withOwner(owner));
  expect(formatRdata(RrType.RRSIG, signature.rdata)).toMatch(/^A 13 2 300 /);
  expect(verifyRrset(key.rdata, made, signature.withOwner(owner), 1_500)).toBe(true);
});

test("key tag and DS record are those of RFC 6605 §6.1", () => {
  const [dnskey] = records(
    "example.net. 3600 IN DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
  );
  const rdata = dnskey?.rdata ?? Buffer.alloc(0);
  expect(keyTag(rdata)).toBe(55_648);
  expect(formatRdata(RrType.DS, delegationSigner(Name.parse("example.net."), rdata))).toMatch(
    /^55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17$/i,
  );
});

test("the example of RFC 6605 §6.1 is verified", () => {
  const [dnskey, address, signature] = records(
    "example.net. 3600 IN DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
    "www.example.net. 3600 IN A 192.0.2.1",
    "www.example.net. 3600 IN RRSIG A 13 3 3600 20100909100439 20100812100439 55648 example.net. qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
  );
  if (!dnskey || !address || !signature) throw new TypeError("no records");
  const atSeconds = Date.UTC(2010, 7, 20) / 1000;
  expect(verifyRrset(dnskey.rdata, [address], signature, atSeconds)).toBe(true);
});

test("numbers of a signature that are short or negative-looking get their full length", () => {
  const der = Buffer.from("3009 0203 00ff01 0202 0102".replaceAll(" ", ""), "hex");
  expect(bareSignature(der, 4).toString("hex")).toBe("0000ff0100000102");
});

test("a key goes by the name of either file, or by what is common to them", async () => {
  const base = await writeKeyFiles(folder);
  for (const path of [base, `${base}.key`, `${base}.private`])
    expect((await readSigningKey(path)).owner.toString()).toBe("example.org.");
});

test.each([
  ["key", () => "; nothing\n", "key:1: Cannot read key: there is no DNSKEY record"],
  ["key", () => "; one\nexample.org. IN A 192.0.2.1\n", "key:2: .*not a DNSKEY record"],
  ["key", (text) => text.replace(" 13 ", " 5 "), "key:1: .*RSASHA1 is not for signing"],
  ["key", (text) => text.replace(" 13 ", " 253 "), "key:1: .*algorithm 253 is not one for"],
  ["key", (text) => text.replace("DNSKEY 256", "DNSKEY 384"), "key:1: .*the key is revoked"],
  ["key", (text) => text.replace("DNSKEY 256", "DNSKEY 1"), "key:1: .*not the key of a zone"],
  ["key", (text) => text.replace(/\S+$/m, "AAAA"), "key:1: .*not one of ECDSAP256SHA256"],
  ["key", (text) => text.replace(/\S+$/m, "?"), "key:1: .*octets in base64"],
  ["private", (text) => text.replace("v1.3", "v2.0"), "private:1: .*not v1.2 or v1.3"],
  ["private", (text) => text.replace(": 13", ": 8"), "private:2: .*its algorithm is not 13"],
  ["private", (text) => text.replace("PrivateKey", "Label"), "private:1: .*no PrivateKey"],
  ["private", (text) => text.replace(/y: .*/, "y: ?"), "private:3: .*not in base64"],
  ["private", (text) => text.replace(/y: /, "y: AAAA"), "private:3: .*35 octets, not 32"],
  ["private", (text) => `${text}what?\n`, 'private:4: .*expected "Field: value"'],
  ["private", () => privateText(), "private:1: .*not the private key of"],
] satisfies ["key" | "private", (text: string) => string, string][])(
  "a %s file that is wrong is refused at its line (%#)",
  async (extension, change, message) => {
    const base = await writeKeyFiles(folder, { change: { extension, by: change } });
    await expect(readSigningKey(base)).rejects.toThrow(new RegExp(message));
  },
);

test("what is not there, or is no file, is told", async () => {
  await expect(readSigningKey(join(folder, "K"))).rejects.toThrow("ENOENT");
});

/** Of another key. */
function privateText(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const d = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
  return `Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: ${d.toString("base64")}\n`;
}
