import { afterEach, describe, expect, it } from "vitest";
import { startZoneUpstream } from "../testing/zone-upstream.ts";
import { ExplainBench, manifests, namespaceText, serviceText } from "./explain-bench.cases.ts";
import type { Verdict } from "./explanation.ts";

const OBJECTS = manifests(
  namespaceText("default"),
  namespaceText("shop"),
  namespaceText("org"),
  serviceText("shop/chained", "type: ExternalName, externalName: dangling.example.org"),
  serviceText("shop/there", "type: ExternalName, externalName: www.example.org"),
  serviceText("org/example", "type: ExternalName, externalName: www.example.org"),
);

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function verdictOf(name: string, type?: string): Promise<Verdict> {
  const upstream = await startZoneUpstream(
    `@ 60 IN SOA ns. host. 1 2 3 4 5
@ 60 IN A 192.0.2.6
www 60 IN A 192.0.2.7
good 60 IN CNAME www
dangling 60 IN CNAME gone
half 60 IN CNAME local.example.
far 60 IN CNAME nothing.example.net.
round 60 IN CNAME about
about 60 IN CNAME round
`,
    "example.org.",
  );
  const bench = await ExplainBench.open(
    `cluster.local:53 {
    kubernetes {
        manifests {{MANIFESTS}}
    }
}
.:53 {
    template IN A local.example {
        answer "local.example. 60 IN A 192.0.2.8"
    }
    template IN A lost.example {
        answer "lost.example. 60 IN CNAME gone.example.org."
    }
    template ANY ANY local.example lost.example {
        rcode NOERROR
    }
    forward . ${upstream.address}
}`,
    OBJECTS,
  );
  opened.push(upstream, bench);
  return (await bench.explain({ name, type })).verdict;
}

describe("a CNAME of others", () => {
  it.each([
    ["good.example.org.", "well"],
    ["dangling.example.org.", "alias-unresolved"],
    ["far.example.org.", "alias-unresolved"],
    ["lost.example.", "alias-unresolved"],
    ["round.example.org.", "alias-circle"],
    ["half.example.org.", "alias-not-followed"],
  ])("%s: %s", async (name, code) => {
    expect((await verdictOf(name)).code).toBe(code);
  });

  it("is told of with the name that it leads to, and where it comes from", async () => {
    const verdict = await verdictOf("lost.example.");
    expect(verdict.sentence).toBe(
      '"lost.example." is another name for "gone.example.org.", which does not resolve',
    );
    expect(verdict.evidence).toEqual([
      "lost.example. 60 IN CNAME gone.example.org.",
      "it comes by way of plugin/template (Corefile:10), plugin/forward (Corefile:16)",
      '"gone.example.org." A: NXDOMAIN, AAAA: NXDOMAIN',
    ]);
    expect(verdict.next[0]?.command).toBe("portolan explain gone.example.org.");
  });

  it("is the answer if it is asked for", async () => {
    expect((await verdictOf("dangling.example.org.", "CNAME")).code).toBe("well");
  });

  it("may stand behind an ExternalName, which is named first", async () => {
    const verdict = await verdictOf("chained.shop");
    expect(verdict.code).toBe("external-name-unresolved");
    expect(verdict.sentence).toContain('another name for "gone.example.org."');
  });
});

describe("a name that a search suffix captures", () => {
  it("may become an ExternalName Service's", async () => {
    const verdict = await verdictOf("example.org");
    expect(verdict.code).toBe("captured-by-search-path");
    expect(verdict.sentence).toBe(
      '"example.org" is taken for Service "example" of namespace "org", though there is such a name outside',
    );
    expect((await verdictOf("example.org.")).code).toBe("well");
  });

  it("is not captured if there is no such name outside", async () => {
    expect((await verdictOf("there.shop")).code).toBe("well");
  });
});
