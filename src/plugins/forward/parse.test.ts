import { describe, expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import type { ForwardOptions } from "./parse.ts";
import { parseForward } from "./parse.ts";

function parse(text: string): ForwardOptions {
  return parseForward(testDirective(text));
}

function parseBody(body: string): ForwardOptions {
  return parse(`forward . 192.0.2.1 {\n${body}\n}`);
}

describe("forward FROM TO...", () => {
  it("has CoreDNS's defaults", () => {
    expect(parse("forward . 192.0.2.1 192.0.2.2")).toMatchObject({
      except: [],
      forceTcp: false,
      preferUdp: false,
      expireMs: 10_000,
      maxAgeMs: 0,
      maxIdle: 0,
      readTimeoutMs: 2000,
      maxFails: 2,
      maxConnectAttempts: undefined,
      tlsFiles: [],
      tlsServerName: undefined,
      policy: "random",
      next: [],
      nextOnNodata: false,
      failfast: false,
      failover: [],
      sourceAddress: undefined,
      resolvers: [],
    });
  });

  it("reads FROM as a zone, or as all reverse zones of a prefix", () => {
    const from = (text: string): string[] => parse(`forward ${text} 192.0.2.1`).from.map(String);
    expect(from("Example.ORG")).toEqual(["example.org."]);
    expect(from("10.0.0.0/8")).toEqual(["10.in-addr.arpa."]);
    expect(from("10.0.0.0/15")).toEqual(["0.10.in-addr.arpa.", "1.10.in-addr.arpa."]);
  });

  it.each([
    ["forward", /missing argument/],
    ["forward .", /missing argument/],
    ["forward . 192.0.2.1 dns.test {\nfollow\n}", /"follow" without a file/],
    [`forward . ${"192.0.2.1 ".repeat(16)}`, /16 upstreams given: at most 15/],
  ])("%s is refused", (text, message) => {
    expect(() => parse(text)).toThrow(/^Corefile:2: plugin\/forward: /);
    expect(() => parse(text)).toThrow(message);
  });

  it("takes fifteen upstreams", () => {
    expect(parse(`forward . ${"192.0.2.1 ".repeat(15)}`).to).toHaveLength(15);
  });
});

describe("a property", () => {
  it.each<[string, Partial<ForwardOptions>]>([
    ["force_tcp", { forceTcp: true }],
    ["prefer_udp", { preferUdp: true }],
    ["expire 1m", { expireMs: 60_000 }],
    ["max_age 1m", { maxAgeMs: 60_000 }],
    ["max_idle_conns 7", { maxIdle: 7 }],
    ["read_timeout 500ms", { readTimeoutMs: 500 }],
    ["max_fails 0", { maxFails: 0 }],
    ["max_connect_attempts 5", { maxConnectAttempts: 5 }],
    ["tls_servername dns.example.org", { tlsServerName: "dns.example.org" }],
    ["policy round_robin", { policy: "round_robin" }],
    ["max_concurrent 0", { maxConcurrent: 0 }],
    ["max_concurrent 1000", { maxConcurrent: 1000 }],
    ["next NXDOMAIN\nnext servfail refused", { next: [3, 2, 5] }],
    ["next_on_nodata", { nextOnNodata: true }],
    ["failfast_all_unhealthy_upstreams", { failfast: true }],
    ["failover ServFail REFUSED", { failover: [2, 5] }],
    ["source_address 192.0.2.9", { sourceAddress: "192.0.2.9" }],
    [
      "resolver 192.0.2.7 [2001:db8::7]:5353",
      { resolvers: ["192.0.2.7:53", "[2001:db8::7]:5353"] },
    ],
    [
      "client_options subnet local 5",
      {
        clientOptions: [
          [8, 8],
          [65_001, 65_534],
          [5, 5],
        ],
      },
    ],
  ])("%s", (text, expected) => {
    expect(parseBody(text)).toMatchObject(expected);
  });

  it("except adds up", () => {
    const { except } = parseBody("except a.test b.test\nexcept c.test 10.0.0.0/24");
    expect(except.map(String)).toEqual(["a.test.", "b.test.", "c.test.", "0.0.10.in-addr.arpa."]);
  });

  it("tls takes no file, CA, CERT KEY, or CERT KEY CA", () => {
    for (const files of ["", "ca", "cert key", "cert key ca"]) {
      const { tlsFiles } = parseBody(`tls ${files}`);
      expect(tlsFiles.map(({ text }) => text).join(" ")).toBe(files);
    }
  });

  it("health_check takes a pause, no_rec and a domain", () => {
    const of = (text: string): unknown => parseBody(`health_check ${text}`).healthCheck;
    expect(of("5s")).toMatchObject({ intervalMs: 5000, recursionDesired: true });
    expect(of("5s no_rec")).toMatchObject({ recursionDesired: false });
    const both = parseBody("health_check 1s domain a.test no_rec").healthCheck;
    expect([String(both.domain), both.recursionDesired]).toEqual(["a.test.", false]);
  });

  it.each([
    ["except", /missing argument/],
    ["force_tcp yes", /unexpected argument "yes"/],
    ["prefer_udp yes", /unexpected argument/],
    ["expire", /missing argument/],
    ["expire -1s", /less than 0 ms/],
    ["expire 5", /not a duration/],
    ["max_age 5s", /max_age is less than expire/],
    ["max_idle_conns -1", /less than 0/],
    ["read_timeout 0s", /less than 1 ms/],
    ["max_fails x", /not an integer/],
    ["doh_method GET", /https:\/\/ upstreams, which are not built/],
    ["tls a b c d", /unexpected argument "d"/],
    ["policy fastest", /unknown value "fastest", expected "random"/],
    ["health_check", /missing argument/],
    ["health_check 0s", /less than 10 ms/],
    ["health_check 1s rec", /unknown health_check option "rec"/],
    ["health_check 1s domain", /missing name behind "domain"/],
    ["health_check 1s domain a..b", /cannot parse "a..b"/],
    ["max_concurrent many", /not an integer/],
    ["next", /missing argument/],
    ["next NOSUCH", /unknown response code "NOSUCH"/],
    ["failover NOERROR", /"NOERROR" is not a failure/],
    ["failfast_all_unhealthy_upstreams 1", /unexpected argument/],
    ["source_address eth0", /cannot parse "eth0": not an IP address/],
    ["client_options", /missing argument/],
    ["client_options cookies", /not an integer/],
    ["client_options 10", /an option between two neighbours/],
    ["client_options 65535", /more than 65534/],
    ["resolver dns.test", /not an IP address or IP:PORT/],
    ["resolver tls://192.0.2.1", /not an IP address or IP:PORT/],
    ["max_failz 1", /unknown property "max_failz": did you mean "max_fails"/],
  ])("%s is refused, with its line", (text, message) => {
    expect(() => parseBody(text)).toThrow(/^Corefile:[23]: plugin\/forward: /);
    expect(() => parseBody(text)).toThrow(message);
  });

  it("tls_servername and a name of the upstream's own exclude each other", () => {
    const text = "forward . tls://9.9.9.9%a.test {\ntls_servername b.test\n}";
    expect(() => parse(text)).toThrow(/"%a.test" and tls_servername both name the server/);
  });
});
