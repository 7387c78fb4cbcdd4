import { describe, expect, it } from "vitest";
import { parseCorefile } from "../corefile/corefile.ts";
import { HttpEndpoints } from "../http/http-endpoints.ts";
import { Metrics } from "../observe/metrics.ts";
import { plugins } from "../plugins/index.ts";
import { recordingLog } from "../testing/context.ts";
import { buildConfiguration } from "./configuration.ts";
import type { WrittenBlock } from "./ineffective.ts";
import { findIneffective } from "./ineffective.ts";

/** What a start with the Corefile warns of. */
function warningsOf(text: string): string[] {
  const log = recordingLog();
  const blocks = parseCorefile(text, "Corefile");
  const host = {
    http: new HttpEndpoints(),
    isServing: () => false,
    reload: () => Promise.resolve(),
    fatal: () => {},
  };
  const corefile = { blocks, files: ["Corefile"], digest: "" };
  const around = { plugins, defaultPort: 53, log: log.log, metrics: new Metrics(), host };
  buildConfiguration(corefile, around);
  return log.lines.flatMap((line) => (line.startsWith("warn: ") ? line.slice(6) : []));
}

const CLUSTER = "kubernetes cluster.local in-addr.arpa ip6.arpa";

describe("a directive that is never asked", () => {
  it.each<[string, string, string[]]>([
    [
      "a second forward for all names, as one of a file that is imported",
      ". {\nforward . 192.0.2.1\nforward . 192.0.2.2\n}",
      [
        'Corefile:3: plugin/forward: "forward . 192.0.2.2" is never asked: "forward . 192.0.2.1" in line 2 ends all queries for "."; remove the one that is not wanted',
      ],
    ],
    [
      "a forward for fewer names behind one for more",
      ". {\nforward . 192.0.2.1\nforward a.test 192.0.2.2\n}",
      [
        'Corefile:3: plugin/forward: "forward a.test 192.0.2.2" is never asked: "forward . 192.0.2.1" in line 2 ends all queries for "a.test."; remove the one that is not wanted',
      ],
    ],
    ["but not in front of it", ". {\nforward a.test 192.0.2.2\nforward . 192.0.2.1\n}", []],
    [
      "nor where the first leaves names out",
      ". {\nforward . 192.0.2.1 {\nexcept b.a.test\n}\nforward a.test 192.0.2.2\n}",
      [],
    ],
    [
      "nor where the first may leave an answer to the next",
      ". {\nforward . 192.0.2.1 {\nnext NXDOMAIN\n}\nforward . 192.0.2.2\n}",
      [],
    ],
    [
      "kubernetes and forward behind hosts without fallthrough, wherever they are written",
      `. {\n${CLUSTER} {\nmanifests m\nfallthrough in-addr.arpa ip6.arpa\n}\nforward . 192.0.2.1\nhosts {\n192.0.2.7 a.test\n}\n}`,
      [
        `Corefile:2: plugin/kubernetes: "${CLUSTER}" is never asked: "hosts" in line 7 ends all queries for "cluster.local."; remove the one that is not wanted, or add "fallthrough" there`,
        'Corefile:6: plugin/forward: "forward . 192.0.2.1" is never asked: "hosts" in line 7 ends all queries for "."; remove the one that is not wanted, or add "fallthrough" there',
      ],
    ],
    [
      "not behind hosts with fallthrough",
      ". {\nhosts {\nfallthrough\n}\nforward . 192.0.2.1\n}",
      [],
    ],
    [
      "whatever is behind an answer for all",
      ". {\nforward . 192.0.2.1\nwhoami\n}",
      [
        'Corefile:3: plugin/whoami: "whoami" is never asked: "forward . 192.0.2.1" in line 2 ends all queries for "."; remove the one that is not wanted',
      ],
    ],
    [
      "a forward for the zone of k8s_external",
      ". {\nk8s_external a.test\nkubernetes cluster.local {\nmanifests m\n}\nforward b.a.test 192.0.2.1\n}",
      [
        'Corefile:6: plugin/forward: "forward b.a.test 192.0.2.1" is never asked: "k8s_external a.test" in line 2 ends all queries for "b.a.test."; remove the one that is not wanted, or add "fallthrough" there',
      ],
    ],
    [
      "for names that the block is not for",
      "a.test {\nforward b.test 192.0.2.1\n}",
      [
        'Corefile:2: plugin/forward: "forward b.test 192.0.2.1" is never asked: the server block in line 1 is for "a.test." only; it needs a server block of its own, such as "b.test. { ... }"',
      ],
    ],
    [
      "for names that another block is for",
      ". {\nforward a.test 192.0.2.1\nforward . 192.0.2.2\n}\ntest {\nforward . 192.0.2.3\n}",
      [
        'Corefile:2: plugin/forward: "forward a.test 192.0.2.1" is never asked: queries for "a.test." go to the server block "test" in line 5; write it there, or remove it here',
      ],
    ],
    [
      "not for those on another port",
      ". {\nforward a.test 192.0.2.1\nforward . 192.0.2.2\n}\ntest:5353 {\nwhoami\n}",
      [],
    ],
    [
      "nor those at another address",
      ". {\nbind 127.0.0.1\nforward a.test 192.0.2.1\n}\ntest {\nbind 127.0.0.2\nwhoami\n}",
      [],
    ],
  ])("%s", (_name, corefile, expected) => {
    expect(warningsOf(corefile)).toEqual(expected);
  });
});

describe("a server block", () => {
  const written = (text: string, hasView: boolean): WrittenBlock => {
    const [block] = parseCorefile(text, "Corefile");
    if (!block) throw new TypeError("no block");
    const settings = { listenOn: [], listenExcept: [], root: "", debug: false };
    return { block, directives: [], settings, hasView };
  };
  const messagesOf = (...blocks: WrittenBlock[]): string[] => {
    return findIneffective(blocks, 53).map(({ message }) => message);
  };

  it("of a zone is never asked behind one without a view, whatever its own view", () => {
    const plain = written("a.test {\n}", false);
    const viewed = written("b.test A.test:53 {\n}", true);
    expect(messagesOf(plain, viewed)).toEqual([
      'Corefile:1: Server block "A.test:53" is never asked: the one in line 1 has no view and takes all queries; put it first',
    ]);
    expect(messagesOf(viewed, plain)).toEqual([]);
    expect(messagesOf(viewed, viewed)).toEqual([]);
  });
});

describe("a property without effect", () => {
  const block = (text: string): string => `. {\n${text}\n}`;
  const kube = (text: string): string =>
    block(`kubernetes cluster.local {\nmanifests m\n${text}\n}\nforward . 192.0.2.1`);

  it.each<[string, string[]]>([
    [
      block("forward . 192.0.2.1 {\ntls_servername a.test\n}"),
      ['3: plugin/forward: "tls_servername" has no effect without tls:// upstreams'],
    ],
    [
      block("forward . 192.0.2.1 {\nforce_tcp\nprefer_udp\n}"),
      ['4: plugin/forward: "prefer_udp" has no effect with "force_tcp"'],
    ],
    [
      block("forward . 192.0.2.1 {\nmax_fails 0\nhealth_check 1s\n}"),
      ['4: plugin/forward: "health_check" has no effect with "max_fails 0"'],
    ],
    [
      block("forward a.test 192.0.2.1 {\nexcept b.test x.a.test\n}"),
      ['3: plugin/forward: "except" of "b.test." has no effect'],
    ],
    [
      block("forward . 192.0.2.1 {\nnext NXDOMAIN\n}"),
      ['3: plugin/forward: "next" has no effect: there is no next "forward"'],
    ],
    [
      "a.test {\nhosts {\n192.0.2.7 x.a.test y.b.test\nfallthrough\n}\nwhoami\n}",
      ['3: plugin/hosts: "y.b.test." has no effect: only names in "a.test." are answered'],
    ],
    [
      block("template IN A {\nupstream\n}"),
      ['3: plugin/template: "upstream" has no effect since CoreDNS 1.7'],
    ],
    [
      block("cache 30 a.test {\nprefetch 1\ndisable success\ndisable denial\n}"),
      ['3: plugin/cache: "prefetch" has no effect: nothing is kept'],
    ],
    [
      "a.test {\ncache 30 b.test\nwhoami\n}",
      [
        '2: plugin/cache: "cache" of "b.test." has no effect: the server block is for "a.test." only',
      ],
    ],
    [
      block("cache 30 {\nsuccess 5000 60\ndenial 5000 60\n}"),
      ['2: plugin/cache: "cache 30" has no effect'],
    ],
    [
      block("cache 30 {\nsuccess 5000 60 90\n}"),
      ['3: plugin/cache: lowest TTL 90 of "success" has no effect: no TTL is above 60'],
    ],
    [
      block("cache {\nsuccess 5000\ndisable success\n}"),
      ['3: plugin/cache: "success" has no effect: "disable success" is for all names'],
    ],
    [
      kube("ttl 600\n}\ncache 30 {"),
      [
        '4: plugin/kubernetes: "ttl 600" of kubernetes has no effect: "cache" in line 6 makes it 30; write "success 9984 600 5" there, or "disable success cluster.local" to keep none of them',
      ],
    ],
    [
      kube("ttl 1\n}\ncache 30 {"),
      [
        '4: plugin/kubernetes: "ttl 1" of kubernetes has no effect: "cache" in line 6 makes it 5; write "success 9984 30 1"',
      ],
    ],
    [kube("ttl 1\n}\ncache 30 {\ndisable success cluster.local"), []],
    [kube("ttl 0\n}\ncache 30 {"), []],
    [kube("ttl 30\n}\ncache 30 {"), []],
    [kube("multicluster"), ['4: plugin/kubernetes: "multicluster" has no effect without zones']],
    [
      block("kubernetes cluster.local {\nendpoint https://192.0.2.1 https://192.0.2.2\n}"),
      ['3: plugin/kubernetes: "endpoint ... https://192.0.2.2" has no effect: only the first'],
    ],
    [
      block(`${CLUSTER} {\nmanifests m\n}\nforward . 192.0.2.1`),
      [
        '2: plugin/kubernetes: addresses outside the cluster have no names in "in-addr.arpa. ip6.arpa.": "forward . 192.0.2.1" is not asked for them; write "fallthrough in-addr.arpa ip6.arpa"',
      ],
    ],
    [block(`${CLUSTER} {\nmanifests m\n}`), []],
    [block("kubernetes cluster.local 10.in-addr.arpa {\nmanifests m\n}\nforward . 192.0.2.1"), []],
  ])("%j", (corefile, expected) => {
    const found = warningsOf(corefile);
    expect(found).toHaveLength(expected.length);
    expected.forEach((text, i) => expect(found[i]).toContain(`Corefile:${text}`));
    // Each says what to do.
    for (const line of found) expect(line).toMatch(/remove|write|put|add|name some/);
  });
});

describe("what left CoreDNS", () => {
  it.each([
    [
      "proxy . /etc/resolv.conf",
      'Corefile:2: Unknown directive "proxy": it left CoreDNS with 1.5; write "forward FROM TO..."',
    ],
    ["reverse", 'Corefile:2: Unknown directive "reverse": it left CoreDNS'],
    [
      "federation cluster.local",
      'Corefile:2: Unknown directive "federation": it left CoreDNS with 1.7; remove it',
    ],
    [
      "kubernetes a.test {\nupstream\n}",
      'Corefile:3: plugin/kubernetes: unknown property "upstream": it left CoreDNS with 1.7; remove it',
    ],
    [
      "kubernetes a.test {\nresyncperiod 5m\n}",
      'Corefile:3: plugin/kubernetes: unknown property "resyncperiod": it left',
    ],
    ["kubernetes a.test {\ntransfer to *\n}", 'write "transfer ZONE { to ... }"'],
  ])("is an error as there, with what to write instead: %j", (text, expected) => {
    expect(() => warningsOf(`. {\n${text}\n}`)).toThrow(expected);
  });
});
