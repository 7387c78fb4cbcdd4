import { describe, expect, it } from "vitest";
import { parseCommandLine } from "./command-line.ts";

function parse(line: string): ReturnType<typeof parseCommandLine> {
  return parseCommandLine(line.split(" ").filter((word) => word !== ""));
}

describe("the command line of query", () => {
  it.each([
    ["", ".", 2, 1],
    ["web.shop", "web.shop.", 1, 1],
    ["web.shop AAAA", "web.shop.", 28, 1],
    ["AAAA web.shop", "web.shop.", 28, 1],
    ["ch txt version.bind", "version.bind.", 16, 3],
    ["web.shop TYPE65280 CLASS7", "web.shop.", 65_280, 7],
    ["web.shop ANY ANY", "web.shop.", 255, 255],
    ["-q a -t svcb -c hs", "a.", 64, 4],
    ["-tmx web.shop", "web.shop.", 15, 1],
    ["--q=web.shop --t AAAA --4", "web.shop.", 28, 1],
    ["-x 10.96.0.10", "10.0.96.10.in-addr.arpa.", 12, 1],
    ["-x 10.96", "96.10.in-addr.arpa.", 12, 1],
    [String.raw`a\.b\032c`, String.raw`a\.b\ c.`, 1, 1],
  ])("reads %j", (line, name, type, rrClass) => {
    const lookup = parse(line);
    expect([lookup.name.toString(), lookup.type, lookup.class]).toEqual([name, type, rrClass]);
  });

  it("reverses IPv6 addresses", () => {
    const nibbles = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
    expect(parse("-x 2001:db8::1").name.toString()).toBe(`${nibbles}.ip6.arpa.`);
  });

  it.each([
    ["@192.0.2.1", "192.0.2.1", undefined, undefined, undefined],
    ["@192.0.2.1:54", "192.0.2.1", 54, undefined, undefined],
    ["@2001:db8::1", "2001:db8::1", undefined, undefined, undefined],
    ["@[2001:db8::1]:54", "2001:db8::1", 54, undefined, undefined],
    ["@ns.example", "ns.example", undefined, undefined, undefined],
    ["@tls://ns.example:8853", "ns.example", 8853, "tls", undefined],
    ["@https://ns.example/dns", "ns.example", undefined, "https", "/dns"],
    ["@http://[::1]:80/", "::1", 80, "http", undefined],
  ])("reads the server %j", (word, host, port, transport, path) => {
    expect(parse(`${word} a`).server).toEqual({ host, port, transport, path });
  });

  it("takes options in their order, short ones too, and back again", () => {
    const { settings } = parse("a. +rec +norec +do +noall +answer +time=0 +tcp +notcp +retry=0");
    expect(settings).toMatchObject({
      recursionDesired: false,
      dnssecOk: true,
      transport: "udp",
      timeoutSeconds: 1,
      tries: 1,
      shown: { answer: true, question: false, stats: false, ttlid: true },
    });
  });

  it.each([
    ["+subnet=10.1.2.3/20", 1, 20, "0a0100"],
    ["+subnet=10.1.2.3", 1, 32, "0a010203"],
    ["+subnet=2001:db8:ffff::/33", 2, 33, "20010db880"],
    ["+subnet=0", 1, 0, ""],
  ])("cuts off what %j leaves out", (word, family, prefix, octets) => {
    const { subnet } = parse(`a ${word}`).settings;
    expect([subnet?.family, subnet?.sourcePrefixLength]).toEqual([family, prefix]);
    expect(subnet?.address.toString("hex")).toBe(octets);
  });

  it.each([
    ["a..b", 10, 'Cannot query "a..b": empty label'],
    [`${"x".repeat(64)}.com`, 10, "label of more than 63 octets"],
    [`${"abc.".repeat(64)}de`, 10, "name of more than 255 octets"],
    [String.raw`a\300b`, 10, "bad character"],
    ["b AAAAA", 1, 'unexpected "AAAAA", one name at a time, did you mean type AAAA?'],
    ["a -t FOO", 1, 'Cannot query type "FOO": there is none of that name'],
    ["a -t TYPE65536", 1, 'Cannot query type "TYPE65536"'],
    ["a -c XX", 1, 'Cannot query class "XX": known are IN CH'],
    ["a -x 1.2.3.400", 1, 'Cannot query -x "1.2.3.400": not an address'],
    ["-x ::g", 1, 'Cannot query -x "::g": not an address'],
    ["-x", 1, "Cannot use flag -x: its value is missing"],
    ["-z a", 1, "Cannot use flag -z: there is none of that name"],
    ["a -o xml", 1, 'Cannot print as "xml": expected text or json'],
    ["a +shrot", 1, "+shrot: there is none of that name, did you mean +short?"],
    ["a +no", 1, "Cannot use option +no: there is none of that name"],
    ["a +tim", 1, "Cannot use option +tim: its value is missing"],
    ["a +notime", 1, "Cannot use option +notime: there is none of that name"],
    ["a +short=1", 1, 'Cannot use option +short with "1": it takes no value'],
    ["a +time=x", 10, 'Cannot use option +time "x": not a number from 0 to 65535'],
    ["a +bufsize=99999", 10, "not a number from 0 to 65535"],
    ["a +edns=300", 10, "not a number from 0 to 255"],
    ["a +domain=a..b", 10, 'Cannot use option +domain "a..b": not a name'],
    ["a +subnet=10.0.0.0/33", 1, "not an address and a prefix length"],
    ["a +subnet=zz", 1, "not an address and a prefix length"],
    ["a +cookie=012", 1, "not 8 or 16 to 40 octets in hex"],
    ["@ a", 1, 'Cannot query server "": not an address or a name'],
    ["@ftp://a b", 1, "known are tcp:// tls:// https:// http://"],
    ["@tls://a/b c", 1, "only URLs of HTTP have a path"],
    ["@[nonsense]:53 a", 1, "not an address or a name"],
  ])("says what is wrong with %j", (line, exitCode, message) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({ exitCode, message: expect.stringContaining(message) }),
    );
  });

  it.each(["-p 70000 a", "-p x a", "@192.0.2.1:x a", "@192.0.2.1: a"])(
    "refuses the port of %j",
    (line) => {
      expect(() => parse(line)).toThrow(/not a port between 0 and 65535/);
    },
  );
});
