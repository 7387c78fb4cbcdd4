import { describe, expect, it } from "vitest";
import { formatCorefile } from "../../corefile/format.ts";
import { readCorefileText } from "../../corefile/corefile.ts";
import type { DevContext, DevSetting } from "./dev-corefile.ts";
import { corefileOf } from "./dev-corefile.ts";
import { zonesOf } from "./dev-zones.ts";

const PLACE = { address: "127.0.0.1", port: 10_053 };
const STAGING: DevContext = {
  context: "staging",
  zone: "staging",
  range: "127.97.0.0/16",
  isNumbered: false,
  isCurrent: true,
  namespaces: [],
};
const PROD: DevContext = {
  ...STAGING,
  context: "prod",
  zone: "prod",
  range: "127.98.0.0/16",
  isCurrent: false,
};

function linesOf(contexts: readonly DevContext[]): string[] {
  const source = { kubeconfig: "/home/a/.kube/config", contexts };
  return corefileOf({ place: PLACE, source }).split("\n");
}

it("serves the current context as cluster.local and by its name, the others by their names", () => {
  const heads = linesOf([STAGING, PROD]).filter((line) => /^\S.*\{$/.test(line));
  expect(heads).toEqual([
    "cluster.local:10053 svc.staging:10053 pod.staging:10053 in-addr.arpa:10053 ip6.arpa:10053 {",
    "svc.prod:10053 pod.prod:10053 127.98.0.0/16:10053 {",
    ".:10053 {",
  ]);
});

describe("what is in it", () => {
  it.each<[string, readonly DevContext[], string]>([
    ["the range", [STAGING], "        range 127.97.0.0/16"],
    ["the context", [PROD], "        kubeconfig /home/a/.kube/config prod"],
    [
      "a context with spaces",
      [{ ...PROD, context: 'a "b"' }],
      String.raw`        kubeconfig /home/a/.kube/config "a \"b\""`,
    ],
    ["namespaces", [{ ...STAGING, namespaces: ["shop", "data"] }], "        namespaces shop data"],
    ["zones", [STAGING], "    kubernetes cluster.local staging in-addr.arpa ip6.arpa {"],
    ["who else is asked", [STAGING], "    forward . /etc/resolv.conf {"],
    ["where it listens", [STAGING], "    bind 127.0.0.1"],
  ])("%s", (_what, contexts, line) => {
    expect(linesOf(contexts)).toContain(line);
  });
});

it("follows whom the system asks, wherever it forwards", () => {
  const lines = linesOf([STAGING, PROD]);
  const starts = lines.flatMap((line, i) => (line.startsWith("    forward") ? [i] : []));
  const all = starts.map((i) => lines.slice(i, i + 3));
  const zones = ["in-addr.arpa", "ip6.arpa", "."];
  expect(all).toEqual(
    zones.map((zone) => [`    forward ${zone} /etc/resolv.conf {`, "        follow", "    }"]),
  );
});

it.each<[string, DevSetting["source"]]>([
  ["contexts", { kubeconfig: "/a b/config", contexts: [STAGING, PROD] }],
  ["manifests", { manifests: "/a/manifests", namespaces: ["shop"] }],
])("is a Corefile, formatted: %s", (_what, source) => {
  const text = corefileOf({ place: PLACE, source });
  expect(readCorefileText("f", text).blocks.length).toBeGreaterThan(1);
  expect(formatCorefile(text, "f")).toBe(text);
});

describe("zones", () => {
  it.each([
    ["staging", "staging"],
    ["Kind-Kind", "kind-kind"],
    ["admin@prod", "admin-prod"],
    ["gke_project_europe-west1_shop", "gke-project-europe-west1-shop"],
    ["arn:aws:eks:eu-west-1:123456789012:cluster/shop", "shop"],
    ["/", "context"],
  ])("of context %j is %s", (context, zone) => {
    expect(zonesOf([context])[0]).toMatchObject({ context, zone, isNumbered: false });
  });

  it("are different ones, and so are the ranges of addresses", () => {
    const contexts = ["a/shop", "b/shop", ...Array.from({ length: 14 }, (_, i) => `c${i}`)];
    const all = zonesOf(contexts);
    expect(all.slice(0, 2).map(({ zone }) => zone)).toEqual(["shop", "shop-2"]);
    expect(all[1]?.isNumbered).toBe(true);
    expect(new Set(all.map(({ range }) => range)).size).toBe(16);
    expect(() => zonesOf([...contexts, "one more"])).toThrow("at most 16 can be at a time");
  });

  it("have the same range each time", () => {
    expect(zonesOf(["staging"])).toEqual(zonesOf(["staging"]));
  });
});
