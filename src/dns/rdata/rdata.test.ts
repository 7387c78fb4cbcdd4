import { assert, property, uint8Array, constantFrom, nat } from "fast-check";
import { describe, expect, it } from "vitest";
import { RrType, parseRrType } from "../iana/rr-type.ts";
import { Name } from "../name.ts";
import { WireReader } from "../wire-reader.ts";
import { A } from "./a.ts";
import { MX } from "./mx.ts";
import { compressibleName, name } from "./name-fields.ts";
import { rdataNames } from "./rdata-names.ts";
import { expandRdata, formatRdata, parseRdata } from "./rdata.ts";
import { rdataVectors } from "./rdata.cases.ts";
import { rdataCodecOf, rdataCodecs } from "./registry.ts";
import { TXT } from "./txt.ts";

function typeOf(mnemonic: string): number {
  const type = parseRrType(mnemonic);
  if (type === undefined) throw new Error(mnemonic);
  return type;
}

/** Expands RDATA that stands alone in its message. */
function expand(type: number, rdata: Buffer): Buffer | undefined {
  return expandRdata(new WireReader(rdata), type, rdata.length);
}

describe.each(rdataVectors)("%s %s", (mnemonic, text, hex) => {
  const type = typeOf(mnemonic);
  const octets = Buffer.from(hex, "hex");

  it("is read from text to the octets another implementation writes", () => {
    expect(parseRdata(type, text).toString("hex")).toBe(hex);
  });

  it("is written as that text", () => {
    expect(formatRdata(type, octets)).toBe(text);
  });

  it("goes from octets to an object and back", () => {
    const codec = rdataCodecOf(type);
    const value = codec?.decode(octets);
    expect(value).toBeDefined();
    expect(codec?.encode(value).toString("hex")).toBe(hex);
  });

  it("is copied out of a message, and understood in the format of RFC 3597", () => {
    expect(expand(type, octets)).toEqual(octets);
    expect(parseRdata(type, `\\# ${octets.length} ${hex}`)).toEqual(octets);
  });
});

it("every type but those without presentation format has a vector", () => {
  const covered = new Set(rdataVectors.map(([mnemonic]) => typeOf(mnemonic)));
  const missing = rdataCodecs.map((codec) => codec.type).filter((type) => !covered.has(type));
  expect(missing).toEqual([RrType.SIG, RrType.NXT, RrType.TKEY, RrType.TSIG]);
});

it("each type is registered once", () => {
  expect(new Set(rdataCodecs.map((codec) => codec.type)).size).toBe(rdataCodecs.length);
});

describe("names in RDATA", () => {
  /** Where the names are by the type's fields, and whether they may be compressed. */
  function byFields(type: number, rdata: Buffer): object | undefined {
    const codec = rdataCodecOf(type);
    const reader = new WireReader(rdata);
    const names: { skip: number; mayCompress: boolean }[] = [];
    for (const field of Object.values(codec?.fields ?? {})) {
      const skip = reader.offset;
      field.decode(reader);
      if ("expand" in field && (field === name || field === compressibleName)) {
        names.push({ skip, mayCompress: field === compressibleName });
      }
    }
    return names[0] && { ...names[0], count: names.length };
  }

  it.each(rdataVectors)("of %s %s are where its fields say", (mnemonic, _text, hex) => {
    const type = typeOf(mnemonic);
    const rdata = Buffer.from(hex, "hex");
    // Its one field is a choice of things.
    if (type === RrType.IPSECKEY) return;
    expect(rdataNames(type, rdata)).toEqual(byFields(type, rdata));
  });

  it("are there in IPSECKEY where the gateway is a name", () => {
    const of = (text: string): object | undefined => {
      return rdataNames(RrType.IPSECKEY, parseRdata(RrType.IPSECKEY, text));
    };
    expect(of("10 3 2 gateway.example. AQ==")).toEqual({ skip: 3, count: 1, mayCompress: false });
    for (const gateway of ["0 2 .", "1 2 192.0.2.38", "2 2 2001:db8::1"]) {
      expect(of(`10 ${gateway} AQ==`)).toBeUndefined();
    }
  });

  it("are none in a type that is not known", () => {
    expect(rdataNames(65_534, Buffer.from("0161", "hex"))).toBeUndefined();
  });
});

describe("expandRdata", () => {
  // 12 octets of header, then example.org., then RDATA whose names point to it.
  const head = Buffer.concat([Buffer.alloc(12), Buffer.from("\x07example\x03org\0", "latin1")]);
  const pointer = "c00c";
  const whole = Name.parse("example.org").wire;
  const wholeHex = Buffer.from(whole, "latin1").toString("hex");

  it.each([
    ["NS", pointer, wholeHex],
    ["CNAME", `03777777${pointer}`, `03777777${wholeHex}`],
    ["MX", `000a${pointer}`, `000a${wholeHex}`],
    [
      "SOA",
      `${pointer}0161${pointer}${"00".repeat(20)}`,
      `${wholeHex}0161${wholeHex}${"00".repeat(20)}`,
    ],
    ["MINFO", `${pointer}${pointer}`, `${wholeHex}${wholeHex}`],
    ["RP", `${pointer}${pointer}`, `${wholeHex}${wholeHex}`],
    ["AFSDB", `0001${pointer}`, `0001${wholeHex}`],
    ["RT", `0001${pointer}`, `0001${wholeHex}`],
    ["SIG", `${"00".repeat(18)}${pointer}0102`, `${"00".repeat(18)}${wholeHex}0102`],
    ["RRSIG", `${"00".repeat(18)}${pointer}0102`, `${"00".repeat(18)}${wholeHex}0102`],
    ["PX", `0001${pointer}${pointer}`, `0001${wholeHex}${wholeHex}`],
    ["NXT", `${pointer}62`, `${wholeHex}62`],
    ["NSEC", `${pointer}000140`, `${wholeHex}000140`],
    ["SRV", `000100020003${pointer}`, `000100020003${wholeHex}`],
    ["NAPTR", `00010002000000${pointer}`, `00010002000000${wholeHex}`],
    ["KX", `0001${pointer}`, `0001${wholeHex}`],
    ["DNAME", pointer, wholeHex],
    ["SVCB", `0001${pointer}000300020035`, `0001${wholeHex}000300020035`],
    ["LP", `0001${pointer}`, `0001${wholeHex}`],
    ["IPSECKEY", `0a0302${pointer}0102`, `0a0302${wholeHex}0102`],
    ["TSIG", `${pointer}${"00".repeat(16)}`, `${wholeHex}${"00".repeat(16)}`],
    ["TKEY", `${pointer}${"00".repeat(16)}`, `${wholeHex}${"00".repeat(16)}`],
  ])("writes out compressed names in %s and goes on behind it", (type, compressed, expanded) => {
    const rdata = Buffer.from(compressed, "hex");
    const message = Buffer.concat([head, rdata, Buffer.from([0xaa])]);
    const reader = new WireReader(message, head.length);
    expect(expandRdata(reader, typeOf(type), rdata.length)?.toString("hex")).toBe(expanded);
    expect(reader.u8()).toBe(0xaa);
    expect(reader.failed).toBe(false);
  });

  it("keeps nothing of the packet", () => {
    for (const type of [RrType.A, RrType.TXT, 65_534]) {
      const packet = Buffer.from("03616263", "hex");
      const rdata = expand(type, packet);
      packet.fill(0xff);
      expect(rdata?.toString("hex")).toBe("03616263");
    }
  });

  it.each([
    ["A", "0a0000"],
    ["A", "0a00000102"],
    ["AAAA", "00".repeat(15)],
    ["NS", ""],
    ["NS", "0161"],
    ["NS", "016100ff"],
    ["NS", "c000"],
    ["MX", "000a"],
    ["SOA", `0000${"00".repeat(19)}`],
    ["SOA", `0000${"00".repeat(21)}`],
    ["TXT", "0461"],
    ["HINFO", "0161"],
    ["SRV", "000000000000"],
    ["NSEC3", "0100000004aabb"],
    ["NSEC", "0000034000"],
    ["SVCB", "0001000003000200"],
    ["CAA", "0005697373"],
    ["APL", "00011803c0a8"],
    ["IPSECKEY", "0a0102c00002"],
    ["IPSECKEY", `0a0202${"00".repeat(15)}`],
    ["EUI48", "0000000000"],
    ["TSIG", `00${"00".repeat(17)}`],
  ])("refuses %s with the octets %s", (type, hex) => {
    const reader = new WireReader(Buffer.from(hex, "hex"));
    expect(expandRdata(reader, typeOf(type), hex.length / 2)).toBeUndefined();
    expect(reader.failed).toBe(true);
  });

  it("refuses a length beyond the message", () => {
    const reader = new WireReader(Buffer.alloc(4));
    expect(expandRdata(reader, 65_534, 5)).toBeUndefined();
    expect(reader.failed).toBe(true);
  });

  it("passes on values that make no sense, as long as their structure holds", () => {
    const outOfOrder = Buffer.from("00010000030002003500010003026832", "hex");
    expect(expand(RrType.SVCB, outOfOrder)).toEqual(outOfOrder);
    expect(formatRdata(RrType.SVCB, outOfOrder)).toBe(`\\# 16 ${outOfOrder.toString("hex")}`);
    const withoutStrings = Buffer.alloc(0);
    expect(expand(RrType.TXT, withoutStrings)).toEqual(withoutStrings);
    expect(formatRdata(RrType.TXT, withoutStrings)).toBe("\\# 0");
  });
});

describe("the generic format of RFC 3597", () => {
  it.each([
    ["NSEC", "00000140000140", "a window twice"],
    ["NSEC", "00010140000140", "windows out of order"],
    ["NSEC", `000021${"00".repeat(32)}01`, "a bitmap of 33 octets"],
    ["NSEC", "0000024000", "a bitmap that ends with zero"],
    ["NSEC", "000000", "an empty bitmap"],
    ["NSEC3", "010000000000000140", "no hash"],
    ["CAA", "0000", "no tag"],
    ["CAA", "00022d2d", "a tag of hyphens"],
    ["LOC", "0112161389172dd070be15f000988d20", "another version"],
    ["LOC", "00a0161389172dd070be15f000988d20", "a size of ten metres in one digit"],
    ["LOC", "000a161389172dd070be15f000988d20", "a size of nothing to a power"],
    ["LOC", "00121613ffffffff70be15f000988d20", "a latitude beyond the pole"],
    ["APL", "00011804c0000200", "an address that ends with zero"],
    ["APL", "00012104c0000201", "a prefix of 33"],
    ["APL", "00030000", "another family"],
    ["IPSECKEY", "0a0402", "another kind of gateway"],
  ])("is what %s %s is written in, for it has %s", (type, hex) => {
    const octets = Buffer.from(hex, "hex");
    const text = formatRdata(typeOf(type), octets);
    expect(text).toBe(`\\# ${octets.length} ${hex}`);
    expect(parseRdata(typeOf(type), text)).toEqual(octets);
  });

  it("is how unknown types and malformed octets are written", () => {
    expect(formatRdata(65_534, Buffer.from("0A000001", "hex"))).toBe("\\# 4 0a000001");
    expect(formatRdata(RrType.A, Buffer.from("0a0000", "hex"))).toBe("\\# 3 0a0000");
    expect(formatRdata(RrType.TSIG, Buffer.from("00ff", "hex"))).toBe("\\# 2 00ff");
  });

  it.each([
    ["TYPE65534", "\\# 4 0A 00 (\n 00 01 ) ; blanks anywhere", "0a000001"],
    ["TYPE65534", "\\# 0", ""],
    ["A", "\\# 4 0A000001", "0a000001"],
    ["TSIG", `\\# 17 ${"00".repeat(17)}`, "00".repeat(17)],
  ])("is read for %s: %s", (type, text, hex) => {
    expect(parseRdata(typeOf(type), text).toString("hex")).toBe(hex);
  });

  it.each([
    ["TYPE65534", "\\# 4 0a0000"],
    ["TYPE65534", "\\# 1 0a0"],
    ["TYPE65534", "\\# 2 0axx"],
    ["TYPE65534", "\\# -1 00"],
    ["TYPE65534", "\\#"],
    ["TYPE65534", '"\\#" 1 00'],
    ["TYPE65534", "0a000001"],
    ["TYPE65534", ""],
    ["TSIG", "hmac-sha256. 0 300"],
    ["A", "\\# 3 0a0000"],
    ["MX", "\\# 4 000ac000"],
    ["MINFO", "\\# 15 0b6162636465666768696a6b00c00c"],
  ])("is refused for %s: %s", (type, text) => {
    expect(() => parseRdata(typeOf(type), text)).toThrow(SyntaxError);
  });
});

describe("parseRdata", () => {
  it("takes groups of NID and L64 whose zeros in front are left out, as BIND writes them", () => {
    const l64 = parseRdata(RrType.L64, "10 1:db8:0:1000");
    expect(l64.toString("hex")).toBe("000a00010db800001000");
  });

  it("takes no quotes but around strings", () => {
    expect(() => parseRdata(RrType.A, '"192.0.2.1"')).toThrow(
      'expected an IPv4 address, found "192.0.2.1" in quotes',
    );
    expect(() => parseRdata(RrType.NS, '"a"')).toThrow('expected a name, found "a" in quotes');
    expect(() => parseRdata(RrType.DS, '1 8 99 "0102"')).toThrow('found "0102" in quotes');
  });

  const origin = Name.parse("example.org");

  it("completes relative names by the origin, and @ is the origin", () => {
    expect(formatRdata(RrType.MX, parseRdata(RrType.MX, "10 mail", origin))).toBe(
      "10 mail.example.org.",
    );
    expect(formatRdata(RrType.NS, parseRdata(RrType.NS, "@", origin))).toBe("example.org.");
    expect(formatRdata(RrType.NS, parseRdata(RrType.NS, "a\\.", origin))).toBe("a\\..example.org.");
    expect(formatRdata(RrType.NS, parseRdata(RrType.NS, "a", undefined))).toBe("a.");
  });

  it.each([
    ["A", "10.0.0.01"],
    ["A", "10.0.0.256"],
    ["A", "10.0.0"],
    ["A", "10.0.0.1."],
    ["A", "10.0.0.1 extra"],
    ["A", ""],
    ["AAAA", "fe80::1%eth0"],
    ["AAAA", "1::2::3"],
    ["AAAA", "10.0.0.1"],
    ["NS", "a..b"],
    ["NS", "@"],
    ["NS", "x".repeat(64)],
    ["MX", "65536 a."],
    ["MX", "-1 a."],
    ["MX", "10"],
    ["MX", "10 a.\n10 b."],
    ["SOA", "a. b. 1 2 3 4"],
    ["SOA", "a. b. 1 2 3 4 4294967296"],
    ["TXT", "x".repeat(256)],
    ["TXT", '"\\256"'],
    ["TXT", '"\\25"'],
    ["TXT", '"open'],
    ["CAA", '0 "" "x"'],
    ["CAA", '0 is-sue "x"'],
    ["DS", "1 2 3 abc"],
    ["DS", "1 2 3 xy"],
    ["DNSKEY", "256 3 5 AQ"],
    ["DNSKEY", "256 3 5 AQ=*"],
    ["DNSKEY", "256 3 NOSUCH AQ=="],
    ["RRSIG", "A 5 3 1h 20030230173103 20030220173103 2642 a. AA=="],
    ["RRSIG", "A 5 3 1h 21070101000000 20030220173103 2642 a. AA=="],
    ["NSEC", "a. A NOSUCH"],
    ["NSEC3", "1 1 12 - 2t7b4g4vsa5smi47k61mv5bv1a22bojW A"],
    ["NSEC3", "1 1 12 - 3 A"],
    ["NSEC3", "1 1 12 abc 00 A"],
    ["EUI48", "00-00-5e-00-53"],
    ["EUI48", "00:00:5e:00:53:2a"],
    ["NID", "10 0014:4fff:ff20"],
    ["APL", "3:192.0.2.0/24"],
    ["APL", "1:192.0.2.0/33"],
    ["APL", "2:192.0.2.0/24"],
    ["IPSECKEY", "10 4 2 . AQ=="],
    ["IPSECKEY", "10 0 2 192.0.2.1 AQ=="],
    ["IPSECKEY", "10 1 2 2001:db8::1 AQ=="],
  ])("refuses %s %s", (type, text) => {
    expect(() => parseRdata(typeOf(type), text)).toThrow(SyntaxError);
  });

  it.each([
    ["DNSKEY", "257 3 RSASHA256 AQ ID", "257 3 8 AQID"],
    ["SOA", "a. b. 1 2h 1h30M 1w 1d", "a. b. 1 7200 5400 604800 86400"],
    ["TXT", 'plain "" grüße', '"plain" "" "gr\\195\\188\\195\\159e"'],
    ["RRSIG", "A 5 3 60 1048354263 0 1 . AA==", "A 5 3 60 20030322173103 19700101000000 1 . AA=="],
    ["NSEC", ". type65280 aaaa a a", ". A AAAA TYPE65280"],
    ["NSEC3", "1 0 0 - 2t7b4g4v", "1 0 0 - 2T7B4G4V"],
    ["TLSA", "3 1 1 0B 9F a5", "3 1 1 0b9fa5"],
    ["ISDN", "1508", '"1508"'],
    ["CERT", "pgp 0 8 AA==", "PGP 0 RSASHA256 AA=="],
    ["LOC", "1 N 2 W 0 1.99 0.09 19", "01 00 0.000 N 02 00 0.000 W 0m 1m 0.09m 10m"],
    ["LOC", "1 n 2 w 0", "01 00 0.000 N 02 00 0.000 W 0m 1m 10000m 10m"],
    ["AAAA", "::FFFF:c000:0280", "::ffff:192.0.2.128"],
  ])("understands %s %s", (type, text, canonical) => {
    expect(formatRdata(typeOf(type), parseRdata(typeOf(type), text))).toBe(canonical);
  });

  it.each([
    "91 N 0 E 0m",
    "90 0 0.001 N 0 E 0m",
    "1 60 N 0 E 0m",
    "1 1 60 N 0 E 0m",
    "1 1 1 1 N 0 E 0m",
    "N 0 E 0m",
    "1 E 1 N 0m",
    "1 N 1 E",
    "1 N 1 E -100000.01m",
    "1 N 1 E 0m 90000000.01m",
    "1 N 1 E 0m 1m 1m 1m 1m",
  ])("refuses LOC %s", (text) => {
    expect(() => parseRdata(RrType.LOC, text)).toThrow(SyntaxError);
  });
});

describe("typed records", () => {
  it("are objects with names for their fields", () => {
    const rdata = MX.encode({ preference: 10, exchange: Name.parse("Mail.example.org") });
    expect(rdata.toString("latin1")).toBe("\0\x0a\x04Mail\x07example\x03org\0");
    expect(MX.decode(rdata)).toMatchObject({ preference: 10 });
    expect(MX.decode(rdata)?.exchange.toString()).toBe("Mail.example.org.");
    expect(TXT.decode(Buffer.from("\x01a\0", "latin1"))?.strings).toEqual(["a", ""]);
  });

  it("are undefined where octets are missing or left over", () => {
    expect(A.decode(Buffer.from([10, 0, 0]))).toBeUndefined();
    expect(A.decode(Buffer.from([10, 0, 0, 1, 2]))).toBeUndefined();
  });

  it("refuse values without wire form", () => {
    expect(() => A.encode({ address: "10.0.0" })).toThrow(RangeError);
    expect(() => MX.encode({ preference: 65_536, exchange: Name.root })).toThrow(RangeError);
    expect(() => TXT.encode({ strings: [] })).toThrow(RangeError);
    expect(() => TXT.encode({ strings: ["x".repeat(256)] })).toThrow(RangeError);
    expect(() => TXT.encode({ strings: ["\u{100}"] })).toThrow(RangeError);
    expect(() => TXT.encode({ strings: Array<string>(300).fill("x".repeat(255)) })).toThrow(
      RangeError,
    );
    expect(TXT.encode({ strings: ["fits again"] }).length).toBe(11);
  });
});

/** Reads octets in every way there is. What is read at all is read back from its text. */
function readEveryWay(type: number, octets: Buffer): void {
  const decoded = rdataCodecOf(type)?.decode(octets);
  const text = formatRdata(type, octets);
  const expanded = expand(type, octets);
  expect(decoded !== undefined && expanded === undefined).toBe(false);
  expect(expanded?.equals(octets) ? parseRdata(type, text) : octets).toEqual(octets);
}

describe("octets of any kind", () => {
  const anyType = constantFrom(...rdataCodecs.map((codec) => codec.type), 65_534);

  it("never make a reader throw", () => {
    assert(
      property(anyType, uint8Array({ maxLength: 64 }), (type, octets) => {
        readEveryWay(type, Buffer.from(octets));
      }),
      { numRuns: 4000 },
    );
  });

  it("never make it throw when they are nearly right", () => {
    assert(
      property(constantFrom(...rdataVectors), nat(), nat(255), nat(1), (vector, at, octet, cut) => {
        const [type, , hex] = vector;
        const octets = Buffer.from(hex, "hex");
        if (octets.length > 0) octets[at % octets.length] = octet;
        readEveryWay(typeOf(type), octets.subarray(0, octets.length - cut * (at % 3)));
      }),
      { numRuns: 8000 },
    );
  });
});
