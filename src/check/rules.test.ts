import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorefileError } from "../corefile/corefile-error.ts";
import { parseCorefile } from "../corefile/corefile.ts";
import { seenIn } from "./seen.cases.ts";
import { LINTS } from "./table.ts";

/** What a rule finds: `LINE:COLUMN message`. */
function foundBy(id: string, text: string): string[] {
  const rule = LINTS.find((one) => one.id === id);
  if (!rule) throw new TypeError(`no rule ${id}`);
  return [...rule.find(seenIn(text))].map(({ at, message }) => {
    return `${at.line}:${at.column} ${message}`;
  });
}

const block = (...lines: string[]): string => `. {\n${lines.join("\n")}\n}\n`;

/** `[rule, Corefile, what it finds, the same mended]` */
const cases: readonly (readonly [string, string, string, string])[] = [
  [
    "forward-to-self",
    block("forward . 127.0.0.1"),
    '2:11 "forward . 127.0.0.1" leads back here: this server block listens on "127.0.0.1"',
    block("forward . 127.0.0.1:5301"),
  ],
  [
    "forward-to-self",
    block("forward . /etc/resolv.conf"),
    '2:11 "forward . /etc/resolv.conf" leads back here: "/etc/resolv.conf" names 127.0.0.53',
    block("forward . /run/resolv.conf", "forward a.test /etc/resolv.conf {\nfollow\n}"),
  ],
  [
    "forward-to-self",
    block("bind 10.0.0.1", "forward . dns://10.0.0.1:53"),
    '3:11 "forward . dns://10.0.0.1:53" leads back here: this server block listens on "dns://10.0.0.1:53"',
    block("bind 10.0.0.1", "forward . 127.0.0.1"),
  ],
  [
    "forward-to-self",
    ".:5353 {\nforward . [::1]:5353\n}",
    '2:11 "forward . [::1]:5353" leads back here: this server block listens on "[::1]:5353"',
    ".:5353 {\nforward . /etc/resolv.conf 192.0.2.7\n}",
  ],
  [
    "loop-missing",
    block("forward . /etc/resolv.conf"),
    '2:1 "/etc/resolv.conf" may name this server, and nothing would notice',
    block("forward . /etc/resolv.conf", "loop"),
  ],
  [
    "loop-missing",
    block("forward . /run/resolv.conf"),
    '2:1 "/run/resolv.conf" may name this server, and nothing would notice',
    block("forward . /run/resolv.conf {\nfollow\n}"),
  ],
  [
    "cache-missing",
    block("forward . 192.0.2.1"),
    '2:1 each query for "forward . 192.0.2.1" is asked of an upstream: there is no "cache"',
    block("forward . 192.0.2.1", "cache"),
  ],
  [
    "placeholder-left",
    block("forward . __PILLAR__UPSTREAM__SERVERS__"),
    '2:11 "__PILLAR__UPSTREAM__SERVERS__" is a placeholder that nobody has filled in',
    block("forward . 192.0.2.1", "log . __a__"),
  ],
  [
    "placeholder-left",
    block("forward . UPSTREAMNAMESERVER"),
    '2:11 "UPSTREAMNAMESERVER" is a placeholder that nobody has filled in',
    block("forward . upstreamnameserver"),
  ],
  [
    "wildcard-zone",
    "*.example.org {\nwhoami\n}",
    '1:1 "*.example.org" is no wildcard, but a zone of that very name',
    "example.org {\nacl {\nblock net *\n}\n}",
  ],
  [
    "wildcard-zone",
    block("forward *.example.org 192.0.2.1"),
    '2:9 "*.example.org" is no wildcard, but a zone of that very name',
    block("forward example.org 192.0.2.1"),
  ],
  [
    "wildcard-name",
    block("hosts {\n10.0.0.1 *.a.test\n}"),
    '3:10 "*.a.test" of hosts is that very name, no wildcard',
    block("hosts {\n10.0.0.1 a.test\n}"),
  ],
  [
    "wildcard-name",
    block("rewrite name *.a.test b.test"),
    '2:14 "*.a.test" of rewrite is that very name, no wildcard',
    block(
      "rewrite name regex .*\\.a\\.test b.test answer auto",
      "rewrite name suffix .a.test .b answer auto",
    ),
  ],
  [
    "directive-outside",
    ". {\nwhoami\n}\nforward . 192.0.2.1 {\nmax_fails 1\n}",
    '4:1 "forward" is taken for a zone, and is the name of a plugin',
    "local {\nforward . 192.0.2.1 {\nmax_fails 1\n}\n}",
  ],
  [
    "bind-splits-port",
    ". {\nwhoami\n}\na.test {\nbind 10.0.0.1\nwhoami\n}",
    '5:1 queries to "10.0.0.1" never come to the server block "." in line 1, which has all other addresses',
    ". {\nbind 10.0.0.1\nwhoami\n}\na.test {\nbind 10.0.0.1\nwhoami\n}\nb.test:5353 {\n}",
  ],
  [
    "cidr-host-bits",
    block("acl {\nblock net 10.1.2.3/8\n}"),
    '3:11 "10.1.2.3/8" stands for 10.0.0.0/8: bits behind the prefix are ignored',
    block("acl {\nblock net 10.0.0.0/8 10.1.2.3\n}"),
  ],
  [
    "cidr-host-bits",
    "192.168.1.0/16 {\nwhoami\n}",
    '1:1 "192.168.1.0/16" stands for 192.168.0.0/16: bits behind the prefix are ignored',
    "192.168.0.0/16 {\nwhoami\n}",
  ],
  [
    "reverse-missing",
    block("kubernetes cluster.local"),
    '2:1 addresses of the cluster have no names: "kubernetes cluster.local" has no reverse zone',
    block("kubernetes cluster.local 10.in-addr.arpa"),
  ],
  [
    "acl-allows-all",
    block("acl {\nallow net 10.0.0.0/8\n}"),
    '2:1 "acl" lets all queries pass: it has no rule but "allow"',
    block("acl {\nallow net 10.0.0.0/8\nblock\n}"),
  ],
  [
    "acl-never-reached",
    block("acl {\nblock net 10.0.0.0/8\nallow net 10.1.0.0/16 10.2.0.1\n}"),
    '4:1 "allow net 10.1.0.0/16 10.2.0.1" is never reached: "block net 10.0.0.0/8" in line 3 is about the same queries',
    block("acl {\nallow net 10.1.0.0/16 10.2.0.1\nblock net 10.0.0.0/8\n}"),
  ],
  [
    "acl-never-reached",
    block("acl {\nblock type A AAAA net *\nallow type A net 10.0.0.1 namespace a\n}"),
    '4:1 "allow type A net 10.0.0.1 namespace a" is never reached: "block type A AAAA net *" in line 3 is about the same queries',
    block("acl {\nblock type A AAAA\nallow type MX net 10.0.0.1\nallow net 10.0.0.1\n}"),
  ],
  [
    "rewrite-never-reached",
    block("rewrite name suffix .a.test .b.test answer auto", "rewrite name x.a.test y.test"),
    '3:1 "rewrite name x.a.test y.test" is never reached: "rewrite name suffix .a.test .b.test answer auto" in line 2 is the last for what it matches',
    block(
      "rewrite continue name suffix .a.test .b.test answer auto",
      "rewrite name x.a.test y.test",
      "rewrite name x.b.test y.test",
    ),
  ],
  [
    "rewrite-never-reached",
    block("rewrite cname exact a.test b.test", "rewrite name x.a.test y.test"),
    '3:1 "rewrite name x.a.test y.test" is never reached: "rewrite cname exact a.test b.test" in line 2 is the last for what it matches',
    block("rewrite name x.a.test y.test", "rewrite cname exact a.test b.test"),
  ],
  [
    "rewrite-without-answer",
    block("rewrite name regex (.*)\\.a\\.test {1}.b.test"),
    '2:1 answers to "rewrite name regex (.*)\\.a\\.test {1}.b.test" have another name than was asked for',
    block(
      "rewrite name regex (.*)\\.a\\.test {1}.b.test answer auto",
      "rewrite name a.test b.test",
    ),
  ],
  [
    "pattern-without-dot",
    block("template IN A {\nmatch ^a[.]test$\n}"),
    '3:7 "^a[.]test$" matches no name: they end with a dot',
    block("template IN A {\nmatch ^a[.]test[.]$ ^b\\.test\\.?$ ^c ^d|e$ f\\$ ^g\\d$\n}"),
  ],
  [
    "pattern-without-dot",
    block("rewrite stop {\nname regex (.*)\\.test$ {1}.b\nanswer auto\n}"),
    '3:12 "(.*)\\.test$" matches no name: they end with a dot',
    block("rewrite stop {\nname regex (.*)\\.test\\.$ {1}.b\nanswer auto\n}"),
  ],
  [
    "pattern-outside-zone",
    block("template IN A a.test {\nmatch .*\\.b\\.test\\.$\n}"),
    '3:7 ".*\\.b\\.test\\.$" never matches: no name in "a.test." ends with ".b.test."',
    block("template IN A a.test {\nmatch x\\.a\\.test\\.$ \\.$ test\\.$\n}"),
  ],
  [
    "hosts-duplicate",
    block("hosts {\n10.0.0.1 a.test b.test\n10.0.0.1 A.test.\n}"),
    '4:10 "A.test." has the address 10.0.0.1 in line 3 already',
    block("hosts {\n10.0.0.1 a.test b.test\n10.0.0.2 a.test\n}"),
  ],
  [
    "ttl-zero",
    block("kubernetes cluster.local {\nttl 0\n}"),
    '3:1 "ttl 0" of kubernetes makes a query of every use of a name',
    block("kubernetes cluster.local {\nttl 5\n}"),
  ],
  [
    "reload-jitter",
    block("reload 10s 8s"),
    '2:12 jitter "8s" counts as 5s, half of the interval',
    block("reload 10s 5s"),
  ],
  [
    "snippet-unused",
    "(a) {\nerrors\n}\n(b) {\nlog\n}\n. {\nimport b\n}",
    '1:1 snippet "a" is never imported',
    "(a) {\nerrors\n}\n. {\nimport a\n}",
  ],
  [
    "import-matches-nothing",
    block("import other.d/*.conf"),
    '2:8 "other.d/*.conf" matches no file: nothing is imported',
    block("import conf.d/*.conf", "import custom/*.override"),
  ],
  [
    "variable-unset",
    block("log a.{$ZONE}"),
    '2:5 "{$ZONE}" stands for nothing: there is no variable "ZONE"',
    block("log a.{$PORT} {%PORT%} {$EMPTY}"),
  ],
  [
    "errors-missing",
    "a.test b.test {\nforward . 192.0.2.1\n}",
    '1:1 failures in the server block "a.test b.test" are logged nowhere',
    "a.test {\nerrors\nforward . 192.0.2.1\n}\nb.test {\nwhoami\n}",
  ],
  [
    "ready-missing",
    block("kubernetes cluster.local"),
    '2:1 a Pod may get queries before it knows the cluster: there is no "ready"',
    `${block("kubernetes cluster.local")}a.test {\nready\n}`,
  ],
  [
    "health-missing",
    block("kubernetes cluster.local"),
    '2:1 a Pod that hangs would not be started anew: there is no "health"',
    block("kubernetes cluster.local {\nmanifests m\n}"),
  ],
  [
    "logs-all",
    block("log"),
    '2:1 "log" writes a line for every query',
    block("log a.test", "log . {\nclass error denial\n}"),
  ],
  ["debug-on", block("debug"), '2:1 "debug" is on', block("errors")],
];

describe.each(cases)("%s", (id, bad, expected, good) => {
  it(`finds ${expected}`, () => expect(foundBy(id, bad)).toEqual([expected]));
  it("is content where that is mended", () => expect(foundBy(id, good)).toEqual([]));
});

it("every rule that looks for itself is tried here", () => {
  const tried = new Set(cases.map(([id]) => id));
  expect(LINTS.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
});

it("rules about this machine find nothing where the Corefile is for another one", () => {
  const text = block("forward . /etc/resolv.conf", "import x/*.conf", "log {$ZONE}");
  const ids = ["forward-to-self", "import-matches-nothing", "variable-unset"];
  for (const rule of LINTS.filter(({ id }) => ids.includes(id))) {
    const seen = { ...seenIn(text), machine: undefined };
    expect([rule.id, [...rule.find(seen)]]).toEqual([rule.id, []]);
  }
});

const words =
  `{ } , " # import (s) s * x . a.b :53 10.0.0.0/9 2001:db8::1/33 forward kubernetes acl allow net type rewrite name regex
  (.*)$ \\ $ cname hosts 10.0.0.1 template match ^a\\.$ reload 5s -1s log class bind ttl 0 {$A} /etc/resolv.conf`
    .split(/\s+/)
    .concat("\n", "\n", ". {\n", "}\n", " ");

it("no rule fails, whatever the Corefile", () => {
  let count = 0;
  const text = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((all) => all.join(" "));
  fc.assert(
    fc.property(text, (input) => {
      try {
        parseCorefile(input, "Corefile", { env: {}, glob: () => [] });
      } catch (error) {
        if (error instanceof CorefileError) return;
        throw error;
      }
      count++;
      const seen = seenIn(input);
      for (const rule of LINTS) expect([...rule.find(seen)]).toBeDefined();
    }),
    { numRuns: 4_000 },
  );
  expect(count).toBeGreaterThan(100);
});
