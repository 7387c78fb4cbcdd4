import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import type { ClusterFacts, ServiceFacts } from "../../server/contract/cluster-view.ts";
import type { Told } from "../explanation.ts";
import type { Finding, Seen } from "../finding.ts";
import { brokenExternalName } from "./alias.ts";
import { CAUSES, nearestCause } from "./table.ts";

/** What manifests cannot stage, and the order of causes. */

const SERVICE: ServiceFacts = {
  name: "web",
  namespace: "shop",
  type: "ExternalName",
  headless: false,
  clusterIPs: [],
  externalName: "",
  ports: [],
  endpointPorts: [],
  endpointNames: [],
  ready: 0,
  notReady: 0,
};

const FACTS: ClusterFacts = {
  zone: Name.parse("cluster.local"),
  isReverse: false,
  address: undefined,
  kind: "svc",
  namespace: "shop",
  serviceName: "web",
  portName: "",
  protocol: "",
  endpoint: "",
  namespaceExists: true,
  namespaceShown: true,
  service: undefined,
  nearestNamespace: undefined,
  nearestService: undefined,
  elsewhere: [],
};

const TOLD: Told = {
  type: "A",
  rcode: "NXDOMAIN",
  reason: null,
  failure: null,
  isAnswered: false,
  records: [],
  ttlSeconds: null,
  deniedForSeconds: null,
  wasTruncated: false,
  tookUs: 1,
  block: { at: "Corefile:1", view: null },
  steps: [],
  passedOver: [],
  pastCache: null,
};

function seen(parts: Partial<Seen> = {}): Seen {
  return {
    name: "web.shop.svc.cluster.local.",
    suffix: "svc.cluster.local.",
    typedLabels: 2,
    answers: [TOLD],
    facts: FACTS,
    state: undefined,
    address: "127.0.0.1",
    ownUpstreams: [],
    targets: [],
    ...parts,
  };
}

describe("an ExternalName that is no name", () => {
  it.each([
    ["https://a.example/b", "is a URL"],
    ["a.example/b", "has a path"],
    ["a.example:443", "has a port"],
  ])("%s %s", (externalName, what) => {
    const facts = { ...FACTS, service: { ...SERVICE, externalName } };
    const found = brokenExternalName(seen({ facts }));
    expect(found?.code).toBe("external-name-is-no-name");
    expect(found?.sentence).toContain(
      `"${externalName}" of Service "web" of namespace "shop" ${what}`,
    );
  });
});

describe("of several causes", () => {
  function codeOf(...names: readonly Partial<Seen>[]): Finding["code"] | undefined {
    return nearestCause(names.map(seen))?.code;
  }
  const denied = (reason: string): readonly Told[] => [{ ...TOLD, reason }];
  const outside: Partial<Seen> = { suffix: undefined, facts: undefined, name: "web.shop." };

  it("the one of the name that was meant counts, whoever else denies it", () => {
    const byChance = { suffix: "shop.svc.cluster.local.", answers: denied("no-service") };
    expect(codeOf(byChance, { answers: denied("no-service") }, outside)).toBe("no-service");
    expect(codeOf({ answers: denied("no-namespace") }, outside)).toBe("no-such-name-outside");
    const near = { ...FACTS, nearestNamespace: "shops" };
    expect(codeOf({ facts: near, answers: denied("no-namespace") }, outside)).toBe("no-namespace");
  });

  it("a dead upstream does not hide a Service that is not there, but a guess at a namespace", () => {
    const dead = {
      ...outside,
      answers: [{ ...TOLD, rcode: "SERVFAIL", reason: "upstream-silent" }],
    };
    expect(codeOf({ answers: denied("no-service") }, dead)).toBe("no-service");
    expect(codeOf({ answers: denied("no-namespace") }, dead)).toBe("upstream-silent");
  });

  it("nothing is said of what has no reason", () => {
    expect(codeOf({ answers: [{ ...TOLD, rcode: "NOERROR" }] })).toBeUndefined();
    expect(CAUSES.length).toBeGreaterThan(15);
  });
});
