import { expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { parseEtcd } from "./parse.ts";
import { warningsOfEtcd } from "./warnings.ts";

const parse = (text: string): ReturnType<typeof parseEtcd> => parseEtcd(testDirective(text));

it("reads an etcd of CoreDNS's manual", () => {
  const options = parse(`etcd skydns.local 10.0.0.0/24 {
    path /skydns
    endpoint http://localhost:2379 https://etcd.test db.test:4001
    credentials user pass
    tls ca.pem
    no_apex_fallback
    min-lease-ttl 60
    max-lease-ttl 1h
    fallthrough skydns.local
  }`);
  expect(options.zones?.map(String)).toEqual(["skydns.local.", "0.0.10.in-addr.arpa."]);
  expect(options.endpoints.map(({ url }) => url.href)).toEqual([
    "http://localhost:2379/",
    "https://etcd.test:2379/",
    "http://db.test:4001/",
  ]);
  expect(options).toMatchObject({
    path: "/skydns",
    credentials: { user: "user", password: "pass" },
    hasApexFallback: false,
    minLeaseTtlSeconds: 60,
    maxLeaseTtlSeconds: 3_600,
  });
  expect([options.tlsFiles?.length, options.fallthrough.map(String)]).toEqual([
    1,
    ["skydns.local."],
  ]);
});

it("has CoreDNS's defaults", () => {
  const options = parse("etcd {\nmin-lease-ttl 0\nmax-lease-ttl 0\n}");
  expect(options.endpoints.map(({ url }) => url.href)).toEqual(["http://localhost:2379/"]);
  expect(options).toMatchObject({
    zones: undefined,
    path: "skydns",
    credentials: undefined,
    hasApexFallback: true,
    minLeaseTtlSeconds: 30,
    maxLeaseTtlSeconds: 86_400,
  });
});

it.each([
  ["endpoint", /missing argument/],
  ["endpoint unix:///run/etcd.sock", /bad endpoint "unix:.*": expected http:\/\/ or https:\/\//],
  ["endpoint http://a/b", /bad endpoint "http:\/\/a\/b": expected a host and a port/],
  ["endpoint http://", /bad endpoint/],
  ["endpoint http://a:99999", /bad endpoint/],
  ["endpoint http://user@a", /bad endpoint/],
  ["credentials user", /missing argument/],
  ["credentials", /missing argument/],
  ["path", /missing argument/],
  ["tls a b c d", /unexpected argument "d"/],
  ["no_apex_fallback x", /unexpected argument "x"/],
  ["min-lease-ttl abc", /cannot parse "abc": not a duration/],
  ["max-lease-ttl -1s", /cannot parse "-1s": less than 0/],
  ["max-lease-ttl 4294967296", /cannot parse "4294967296": more than/],
  ["endpoints a", /unknown property "endpoints": did you mean "endpoint"/],
])("refuses %s, with its line", (line, message) => {
  expect(() => parse(`etcd {\n${line}\n}`)).toThrow(message);
  expect(() => parse(`etcd {\n${line}\n}`)).toThrow(/^Corefile:3: plugin\/etcd: /);
});

it("warns of what CoreDNS ignores", () => {
  const directive = testDirective("etcd {\nstubzones\npath a\ndebug\nupstream 192.0.2.1\n}");
  expect(parseEtcd(directive).path).toBe("a");
  expect([...warningsOfEtcd(directive)].map(({ message }) => message)).toEqual(
    [
      [3, "stubzones"],
      [5, "debug"],
      [6, "upstream"],
    ].map(([line, word]) => {
      const hint = "has no effect: CoreDNS ignores it, too; remove it";
      return `Corefile:${line}: plugin/etcd: "${word}" ${hint}`;
    }),
  );
});
