import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { RrType } from "../iana/rr-type.ts";
import { Name } from "../name.ts";
import { formatRdata, parseRdata } from "./rdata.ts";
import { SvcParamKey } from "./svc-params.ts";
import { SVCB } from "./svcb.ts";

const fooExampleCom = "03666f6f076578616d706c6503636f6d00";
const fooExampleOrg = "03666f6f076578616d706c65036f726700";

/** Appendix D of RFC 9460: text, octets in hex, the text in our form if it is another. */
const vectors: readonly (readonly [text: string, hex: string, canonical?: string])[] = [
  ["0 foo.example.com.", `0000${fooExampleCom}`],
  ["1 .", "000100"],
  [
    "16 foo.example.com. port=53",
    `0010${fooExampleCom}000300020035`,
    '16 foo.example.com. port="53"',
  ],
  [
    "1 foo.example.com. key667=hello",
    `0001${fooExampleCom}029b000568656c6c6f`,
    '1 foo.example.com. key667="hello"',
  ],
  ['1 foo.example.com. key667="hello\\210qoo"', `0001${fooExampleCom}029b000968656c6c6fd2716f6f`],
  [
    '1 foo.example.com. (\n ipv6hint="2001:db8::1,2001:db8::53:1"\n )',
    `0001${fooExampleCom}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
    '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
  ],
  [
    '1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
    "0001076578616d706c6503636f6d000006001020010db8012203440000000000000000".slice(0, -8) +
      "c0000221",
    '1 example.com. ipv6hint="2001:db8:122:344::c000:221"',
  ],
  [
    "16 foo.example.org. (alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1)",
    `0010${fooExampleOrg}0000000400010004000100090268320568332d313900040004c0000201`,
    '16 foo.example.org. mandatory="alpn,ipv4hint" alpn="h2,h3-19" ipv4hint="192.0.2.1"',
  ],
  [
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    `0010${fooExampleOrg}0001000c08665c6f6f2c626172026832`,
  ],
  [
    "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
    `0010${fooExampleOrg}0001000c08665c6f6f2c626172026832`,
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
  ],
];

describe.each(vectors)("SVCB %s", (text = "", hex = "", canonical = text) => {
  it("has the octets of RFC 9460", () => {
    expect(parseRdata(RrType.SVCB, text).toString("hex")).toBe(hex);
    expect(formatRdata(RrType.SVCB, Buffer.from(hex, "hex"))).toBe(canonical);
  });
});

describe("SVCB", () => {
  it.each([
    "1 foo.example.com. key123=abc key123=def",
    "1 foo.example.com. mandatory",
    "1 foo.example.com. alpn",
    "1 foo.example.com. port",
    "1 foo.example.com. ipv4hint",
    "1 foo.example.com. ipv6hint",
    "1 foo.example.com. no-default-alpn=abc",
    "1 foo.example.com. mandatory=key123",
    "1 foo.example.com. mandatory=mandatory",
    "1 foo.example.com. mandatory=key123,key123 key123=abc",
    "1 foo.example.com. no-default-alpn",
    "1 foo.example.com. alpn=h2, ",
    "1 foo.example.com. alpn=,h2",
    '1 foo.example.com. alpn="a\\\\b"',
    `1 foo.example.com. alpn=${"x".repeat(256)}`,
    "1 foo.example.com. port=65536",
    "1 foo.example.com. port=-1",
    "1 foo.example.com. ipv4hint=192.0.2.1,",
    "1 foo.example.com. ipv4hint=2001:db8::1",
    "1 foo.example.com. ipv6hint=192.0.2.1",
    "1 foo.example.com. ech=%%%",
    "1 foo.example.com. ech=",
    "1 foo.example.com. key65535=x",
    "1 foo.example.com. key65536=x",
    "1 foo.example.com. key007=x",
    "1 foo.example.com. KEY7=x",
    "1 foo.example.com. nosuchkey=x",
    "1 foo.example.com. =x",
    "1",
    "65536 .",
  ])("refuses %s", (text) => {
    expect(() => parseRdata(RrType.SVCB, text)).toThrow(SyntaxError);
  });

  it("takes the octets of a known key under its number", () => {
    const rdata = parseRdata(RrType.HTTPS, "1 . key1=\\002h2 key3=\\000\\053");
    expect(formatRdata(RrType.HTTPS, rdata)).toBe('1 . alpn="h2" port="53"');
    expect(() => parseRdata(RrType.HTTPS, "1 . key3=\\053")).toThrow(SyntaxError);
  });

  it("understands keys without value in any order", () => {
    const rdata = parseRdata(RrType.HTTPS, "1 . ohttp no-default-alpn alpn=h3 key667");
    expect(formatRdata(RrType.HTTPS, rdata)).toBe(
      '1 . alpn="h3" no-default-alpn="" ohttp="" key667=""',
    );
  });

  it("is an object with parameters in wire form", () => {
    const port = { key: SvcParamKey.port, value: Buffer.from([0, 53]) };
    const alpn = { key: SvcParamKey.alpn, value: Buffer.from("\x02h2", "latin1") };
    const rdata = SVCB.encode({ priority: 1, target: Name.root, params: [port, alpn] });
    expect(SVCB.decode(rdata)?.params).toEqual([alpn, port]);
    expect(() => SVCB.encode({ priority: 1, target: Name.root, params: [port, port] })).toThrow(
      RangeError,
    );
  });

  it.each([
    ["keys out of order", "000100000300020035000100030268 32"],
    ["a key twice", "0001000003000200350003000200 35"],
    ["an odd port", "00010000030003003500"],
    ["an empty alpn", "00010000010000"],
    ["an alpn item beyond its value", "0001000001000203 68"],
    ["an empty alpn item", "000100000100020168 00".replace("0168", "0000")],
    ["half an address", "0001000004000300 0000"],
    ["an address list of none", "00010000040000"],
    ["a mandatory key that is missing", "000100000000020003"],
    ["the invalid key", "000100ffff0000"],
  ])("has no text but octets for %s", (_, spaced) => {
    const hex = spaced.replaceAll(" ", "");
    expect(formatRdata(RrType.SVCB, Buffer.from(hex, "hex"))).toBe(`\\# ${hex.length / 2} ${hex}`);
  });

  it("never loses an octet of a value on the way through text", () => {
    assert(
      property(uint8Array({ maxLength: 200 }), (octets) => {
        const params = [
          { key: SvcParamKey.dohpath, value: Buffer.from(octets) },
          { key: 667, value: Buffer.from(octets) },
        ];
        const rdata = SVCB.encode({ priority: 1, target: Name.root, params });
        expect(parseRdata(RrType.SVCB, formatRdata(RrType.SVCB, rdata))).toEqual(rdata);
      }),
    );
  });

  it("never loses an octet of a protocol name either", () => {
    assert(
      property(uint8Array({ minLength: 1, maxLength: 100 }), (octets) => {
        const item = Buffer.concat([Buffer.from([octets.length]), octets]);
        const params = [{ key: SvcParamKey.alpn, value: Buffer.concat([item, item]) }];
        const rdata = SVCB.encode({ priority: 1, target: Name.root, params });
        expect(parseRdata(RrType.SVCB, formatRdata(RrType.SVCB, rdata))).toEqual(rdata);
      }),
    );
  });
});
