import { describe, expect, it } from "vitest";
import { parseTarget } from "./target.ts";

function parse(text: string): ReturnType<typeof parseTarget> {
  return parseTarget({ text, quoted: false, file: "Corefile", line: 3, scope: "forward" });
}

describe("an upstream", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1", 53],
    ["192.0.2.1:1053", "192.0.2.1", 1053],
    ["dns://192.0.2.1", "192.0.2.1", 53],
    ["2001:db8::1", "2001:db8::1", 53],
    ["[2001:db8::1]", "2001:db8::1", 53],
    ["[2001:db8::1]:1053", "2001:db8::1", 1053],
    ["::1", "::1", 53],
    ["fe80::1%eth0", "fe80::1%eth0", 53],
    ["[fe80::1%eth0]:54", "fe80::1%eth0", 54],
  ])("%s is an address for plain DNS", (text, host, port) => {
    const serverName = undefined;
    expect(parse(text)).toMatchObject({ kind: "address", host, port, isTls: false, serverName });
  });

  it.each([
    ["tls://9.9.9.9", "9.9.9.9", 853, undefined],
    ["tls://9.9.9.9:10853", "9.9.9.9", 10_853, undefined],
    ["tls://9.9.9.9%dns.quad9.net", "9.9.9.9", 853, "dns.quad9.net"],
    ["tls://9.9.9.9%dns.quad9.net:10853", "9.9.9.9", 10_853, "dns.quad9.net"],
    ["tls://2620:fe::fe%dns.quad9.net", "2620:fe::fe", 853, "dns.quad9.net"],
    ["tls://[2620:fe::fe%dns.quad9.net]:853", "2620:fe::fe", 853, "dns.quad9.net"],
    ["tls://[2620:fe::fe]:853", "2620:fe::fe", 853, undefined],
  ])("%s is an address for TLS", (text, host, port, serverName) => {
    expect(parse(text)).toMatchObject({ kind: "address", host, port, isTls: true, serverName });
  });

  it.each([
    ["dns.example.org", "host", "dns.example.org", 53],
    ["dns.example.org:1053", "host", "dns.example.org", 1053],
    ["tls://dns.example.org", "host", "dns.example.org", 853],
    ["localhost", "host", "localhost", 53],
    ["/etc/resolv.conf", "file", "/etc/resolv.conf", 53],
    ["./resolv.conf", "file", "./resolv.conf", 53],
  ])("%s is a %s to be looked into later", (text, kind, host, port) => {
    expect(parse(text)).toMatchObject({ kind, host, port });
  });

  it.each([
    ["https://9.9.9.9", /https:\/\/ is not built, dns:\/\/ and tls:\/\/ are/],
    ["quic://9.9.9.9", /quic:\/\/ is not built/],
    ["grpc://9.9.9.9", /grpc:\/\/ is not built/],
    ["ftp://9.9.9.9", /unknown scheme/],
    ["dns://", /no address/],
    ["192.0.2.1:0", /cannot parse "0": less than 1/],
    ["192.0.2.1:65536", /cannot parse "65536": more than 65535/],
    ["192.0.2.1:dns", /cannot parse "dns"/],
    ["192.0.2.1:", /cannot parse ""/],
    ["300.0.2.1", /no IP address, file or host name/],
    ["192.0.2", /no IP address, file or host name/],
    ["a..b", /no IP address, file or host name/],
    ["[192.0.2.1", /expected ADDRESS/],
    ["1:2:3", /expected ADDRESS/],
    ["192.0.2.1%name", /needs tls:\/\//],
    ["tls:///etc/resolv.conf", /a file cannot stand behind tls/],
  ])("%s is refused", (text, message) => {
    expect(() => parse(text)).toThrow(/^Corefile:3: plugin\/forward: /);
    expect(() => parse(text)).toThrow(message);
  });
});
