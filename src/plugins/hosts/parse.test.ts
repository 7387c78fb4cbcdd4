import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { testDirective } from "../../testing/context.ts";
import { parseHosts } from "./parse.ts";

describe("the hosts directive", () => {
  it("has CoreDNS's defaults", () => {
    expect(parseHosts(testDirective("hosts"))).toEqual({
      file: "/etc/hosts",
      zones: undefined,
      inline: [],
      ttlSeconds: 3_600,
      hasReverse: true,
      reloadMs: 5_000,
      fallthrough: [],
      fallthroughUnsupported: false,
    });
  });

  it("takes a file, zones, and every option", () => {
    const directive = testDirective(`hosts example.hosts example.org 10.0.0.0/8 {
      10.0.0.1 a.example.org b.example.org
      fe80::1%eth0 c.example.org
      ttl 60
      no_reverse
      reload 1m30s
      fallthrough example.org in-addr.arpa
      fallthrough_unsupported
    }`);
    expect(parseHosts(directive)).toEqual({
      file: "example.hosts",
      zones: [Name.parse("example.org."), Name.parse("10.in-addr.arpa.")],
      inline: ["10.0.0.1 a.example.org b.example.org", "fe80::1%eth0 c.example.org"],
      ttlSeconds: 60,
      hasReverse: false,
      reloadMs: 90_000,
      fallthrough: [Name.parse("example.org."), Name.parse("in-addr.arpa.")],
      fallthroughUnsupported: true,
    });
  });

  it("takes fallthrough without zones for all names", () => {
    const { fallthrough } = parseHosts(testDirective("hosts {\n fallthrough\n}"));
    expect(fallthrough).toEqual([Name.root]);
  });

  it.each([
    ["ttl 0", "less than 1"],
    ["ttl 65536", "more than 65535"],
    ["ttl", "missing argument"],
    ["ttl 1 2", "unexpected argument"],
    ["no_reverse yes", "takes no argument"],
    ["reload -1s", "less than 0"],
    ["reload soon", "not a duration"],
    ["fallthrough_unsupported", 'without "fallthrough"'],
    ["10.0.0.1", "missing argument"],
    ["10.0.0.1 a {\n }", "has no properties"],
    ["falltrough", 'did you mean "fallthrough"'],
    ["example.org 10.0.0.1", "unknown property"],
  ])("refuses %j", (line, message) => {
    const directive = testDirective(`hosts example.hosts {\n ${line}\n}`);
    expect(() => parseHosts(directive)).toThrow(message);
    expect(() => parseHosts(directive)).toThrow(/^Corefile:[23]: plugin\/hosts: /);
  });
});
