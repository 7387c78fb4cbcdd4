import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { assignClusterIPs, ServiceCidrs } from "./cluster-ips.ts";
import type { ServiceManifest } from "./manifest.ts";
import { readManifest } from "./read-manifest.ts";

function service(name: string, spec = "{}"): ServiceManifest {
  const text = `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: ${spec}}`;
  return readManifest(parse(text)) as ServiceManifest;
}

/** Cluster IPs by the names of Services. */
function assign(
  services: readonly ServiceManifest[],
  cidrs: readonly string[] = ["10.96.0.0/12"],
  problems: string[] = [],
): Record<string, readonly string[]> {
  const assigned = assignClusterIPs(services, new ServiceCidrs(cidrs), (message) => {
    problems.push(message);
  });
  return Object.fromEntries(assigned.map(({ object }) => [object.name, object.clusterIPs]));
}

describe("cluster IPs", () => {
  it("follow from the name: they are the same tomorrow", () => {
    expect(assign([service("web")])).toEqual({ web: ["10.106.86.16"] });
  });

  it("do not depend on other Services, nor on their order", () => {
    const names = Array.from({ length: 50 }, (_, i) => `service-${i}`);
    const all = assign(names.map((name) => service(name)));
    expect(assign(names.toReversed().map((name) => service(name)))).toEqual(all);
    for (const name of names) expect(assign([service(name)])).toEqual({ [name]: all[name] });
  });

  it("are never given twice, not even one that another Service has by hand", () => {
    const own = assign([service("web")])["web"]?.[0] ?? "";
    const { web, other } = assign([service("web"), service("other", `{clusterIP: ${own}}`)]);
    expect(other).toEqual([own]);
    expect(web).not.toEqual([own]);
    expect(web).toHaveLength(1);
  });

  it("are missing where the range is full, and that is said", () => {
    const problems: string[] = [];
    const names = ["a", "b", "c", "d", "e", "f"];
    const assigned = assign(
      names.map((name) => service(name)),
      ["192.0.2.0/29"],
      problems,
    );
    expect(Object.keys(assigned)).toEqual(["a", "b", "c", "d", "e"]);
    expect(Object.values(assigned).flat().toSorted()).toEqual([
      "192.0.2.2",
      "192.0.2.3",
      "192.0.2.4",
      "192.0.2.5",
      "192.0.2.6",
    ]);
    expect(problems).toEqual(["Cannot give a cluster IP to Service default/f: the range is full"]);
  });

  it("are not for headless and ExternalName Services", () => {
    const services = [
      service("a", "{clusterIP: None}"),
      service("b", "{type: ExternalName, externalName: a.example}"),
    ];
    expect(assign(services)).toEqual({ a: [], b: [] });
  });
});

const FOUR = expect.stringMatching(/^10\.\d+\.\d+\.\d+$/);
const SIX = expect.stringMatching(/^fd00:10:96::/);

describe("the families of cluster IPs", () => {
  const four = ["10.96.0.0/12"];
  const both = ["10.96.0.0/12", "fd00:10:96::/112"];
  const six = ["fd00:10:96::/112"];

  it.each([
    [four, "{}", [FOUR]],
    [six, "{}", [SIX]],
    [both, "{}", [FOUR]],
    [both.toReversed(), "{}", [SIX]],
    [four, "{ipFamilies: [IPv6]}", [SIX]],
    [six, "{ipFamilies: [IPv4]}", [FOUR]],
    [four, "{ipFamilies: [IPv6, IPv4]}", [SIX, FOUR]],
    [four, "{ipFamilyPolicy: PreferDualStack}", [FOUR]],
    [both, "{ipFamilyPolicy: PreferDualStack}", [FOUR, SIX]],
    [four, "{ipFamilyPolicy: RequireDualStack}", [FOUR, SIX]],
    [both, "{ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6]}", [SIX, FOUR]],
    [both, "{ipFamilyPolicy: RequireDualStack, clusterIP: 'fd00::1'}", ["fd00::1", FOUR]],
    [four, "{clusterIP: 'fd00::1'}", ["fd00::1"]],
  ])("with ranges %j and %s", (cidrs, spec, expected) => {
    expect(assign([service("web", spec)], cidrs)).toEqual({ web: expected });
  });

  it.each([
    [[], "from an empty list"],
    [["10.0.0.0/8", "10.96.0.0/12"], '"10.0.0.0/8", "10.96.0.0/12"'],
  ])("cannot be had from ranges %j", (cidrs, list) => {
    expect(() => new ServiceCidrs(cidrs)).toThrow(
      new SyntaxError(
        `Cannot take service CIDRs ${list}: there must be one, or one of IPv4 and one of IPv6`,
      ),
    );
  });
});
