import { describe, expect, it } from "vitest";
import { testContext, testDirective } from "../../testing/context.ts";
import { Kubernetes } from "./kubernetes.ts";
import { parseKubernetes } from "./parse.ts";
import { defaultApiOptions } from "../../cluster/api-options.ts";

function parse(properties: string, zones = ""): ReturnType<typeof parseKubernetes> {
  return parseKubernetes(testDirective(`kubernetes ${zones} {\nmanifests m\n${properties}\n}`));
}

describe("parseKubernetes", () => {
  it("has CoreDNS's defaults", () => {
    expect(parse("")).toEqual({
      zones: undefined,
      manifests: ["m"],
      serviceCidrs: [],
      pods: "disabled",
      usePodNames: false,
      ttlSeconds: 5,
      endpoints: true,
      namespaces: [],
      namespaceLabels: "",
      labels: "",
      fallthrough: [],
      ignoreEmptyService: false,
      multicluster: [],
      zonal: false,
      explain: false,
      api: defaultApiOptions(),
    });
  });

  it.each<[string, object]>([
    ["pods verified", { pods: "verified" }],
    ["endpoint_pod_names", { usePodNames: true }],
    ["ttl 0", { ttlSeconds: 0 }],
    ["ttl 3600", { ttlSeconds: 3600 }],
    ["noendpoints", { endpoints: false }],
    ["namespaces a b\nnamespaces c", { namespaces: ["a", "b", "c"] }],
    ["namespace_labels team=core", { namespaceLabels: "team=core" }],
    ["labels tier in (a, b),app=web", { labels: "tier in (a, b),app=web" }],
    ["ignore empty_service", { ignoreEmptyService: true }],
    ["zonal", { zonal: true }],
    ["multicluster", { multicluster: [] }],
    ["manifests a/*.yaml b", { manifests: ["m", "a/*.yaml", "b"] }],
    ["service_cidr 10.0.0.0/16 fd00::/108", { serviceCidrs: ["10.0.0.0/16", "fd00::/108"] }],
  ])("reads %s", (properties, expected) => {
    expect(parse(properties)).toMatchObject(expected);
  });

  it("reads zones and where to fall through, networks as their reverse zones", () => {
    const options = parse("fallthrough 10.1.0.0/16 Example.ORG", "cluster.local 10.0.0.0/15");
    expect(options.zones?.map(String)).toEqual([
      "cluster.local.",
      "0.10.in-addr.arpa.",
      "1.10.in-addr.arpa.",
    ]);
    expect(options.fallthrough.map(String)).toEqual(["1.10.in-addr.arpa.", "example.org."]);
    expect(parse("fallthrough").fallthrough.map(String)).toEqual(["."]);
  });

  it.each<[string, RegExp]>([
    [
      "pods maybe",
      /^Corefile:4: plugin\/kubernetes: unknown value "maybe", expected "disabled", "insecure", "verified"/,
    ],
    ["pods", /missing argument: "pods" takes 1 argument/],
    ["ttl 3601", /cannot parse "3601": more than 3600/],
    ["ttl -1", /cannot parse "-1": less than 0/],
    ["ttl 5s", /cannot parse "5s": not an integer/],
    ["noendpoints now", /unexpected argument "now"/],
    ["endpoint_pod_names now", /unexpected argument "now"/],
    ["namespaces", /missing argument: "namespaces"/],
    ["namespaces a.b", /bad namespace "a\.b": not a DNS label/],
    [
      "namespaces a\nnamespace_labels b=c",
      /^Corefile:2: .*"namespaces" and "namespace_labels" exclude each other/,
    ],
    ["zonal now", /unexpected argument "now"/],
    ["zonal\nnoendpoints", /^Corefile:2: .*"zonal" and "noendpoints" exclude each other/],
    ["multicluster a..b", /bad zone/],
    ["labels a in b", /^Corefile:4: plugin\/kubernetes: bad label selector: .*"a in b"/],
    ["namespace_labels ,", /bad label selector: /],
    ["ignore", /missing argument: "ignore"/],
    ["ignore everything", /unknown value "everything", expected "empty_service"/],
    ["service_cidr 10.0.0.0", /bad CIDR "10\.0\.0\.0": expected one such as "10\.96\.0\.0\/12"/],
    ["service_cidr 10.0.0.0/33", /bad CIDR/],
    ["service_cidr fd00::/129", /bad CIDR/],
    ["manifest x", /unknown property "manifest": did you mean "manifests"\?/],
    ["ttl 5 {\nx\n}", /^Corefile:4: plugin\/kubernetes: unexpected "\{"/],
    ["fallthrough a..b", /bad zone/],
  ])("refuses %s", (properties, message) => {
    expect(() => parse(properties)).toThrow(message);
  });

  it("takes zones of the cluster set only out of its own", () => {
    const zones = "cluster.local Set.Test";
    expect(parse("multicluster SET.test", zones).multicluster.map(String)).toEqual(["set.test."]);
    const message =
      /^Corefile:4: plugin\/kubernetes: not authoritative for "other\.test\.": the zones are "cluster\.local\.", "set\.test\."$/;
    expect(() => parse("multicluster set.test other.test", zones)).toThrow(message);
    expect(() => parse("multicluster east.set.test", zones)).toThrow("east.set.test");
  });

  it("needs a zone that names can be in", () => {
    const message = /only reverse zones: add one for names, such as "cluster\.local"$/;
    expect(() => parse("", "in-addr.arpa 10.0.0.0/8")).toThrow(message);
    const context = testContext({
      directive: "kubernetes {\nmanifests m\n}",
      zones: ["10.in-addr.arpa."],
    });
    const world = {
      source: { start: () => Promise.resolve(), stop: () => Promise.resolve() },
      localAddresses: [],
      now: Date.now,
    };
    const options = parseKubernetes(context.directive);
    expect(() => new Kubernetes(options, context, world)).toThrow(message);
  });
});
