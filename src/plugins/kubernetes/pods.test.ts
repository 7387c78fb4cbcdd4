import { describe, expect, it } from "vitest";
import { namespace, pod, TestCluster } from "./cluster.cases.ts";

const objects = [namespace("shop"), namespace("data"), pod("shop/a", "10.1.0.1", "2001:db8::1")];

describe("names of pods", () => {
  it.each(["10-1-0-1.shop.pod.cluster.local. A", "shop.pod.cluster.local. A"])(
    "does not know %s by default",
    async (question) => {
      const cluster = new TestCluster(objects);
      expect(await cluster.say(question)).toEqual(["NXDOMAIN"]);
    },
  );

  const insecure = new TestCluster(objects, { properties: "pods insecure" });
  it.each<[string, string[]]>([
    ["1-2-3-4.shop.pod.cluster.local. A", ["1-2-3-4.shop.pod.cluster.local. A 1.2.3.4"]],
    ["1-2-3-4.shop.pod.cluster.local. AAAA", ["NODATA"]],
    ["1-2-3-4.shop.pod.cluster.local. TXT", ["NODATA"]],
    ["1-2-3-4.none.pod.cluster.local. A", ["NXDOMAIN"]],
    ["1-2-3-4.pod.cluster.local. A", ["NXDOMAIN"]],
    ["1-2-3.shop.pod.cluster.local. A", ["NXDOMAIN"]],
    ["01-2-3-4.shop.pod.cluster.local. A", ["NXDOMAIN"]],
    ["1-2-3-256.shop.pod.cluster.local. A", ["NXDOMAIN"]],
    [
      "2001-db8--1.shop.pod.cluster.local. AAAA",
      ["2001-db8--1.shop.pod.cluster.local. AAAA 2001:db8::1"],
    ],
    ["--1.shop.pod.cluster.local. AAAA", ["--1.shop.pod.cluster.local. AAAA ::1"]],
    [
      "2001-db8-0-0-0-0-0-1.shop.pod.cluster.local. AAAA",
      ["2001-db8-0-0-0-0-0-1.shop.pod.cluster.local. AAAA 2001:db8::1"],
    ],
    [
      "--ffff-102-304.shop.pod.cluster.local. A",
      ["--ffff-102-304.shop.pod.cluster.local. A 1.2.3.4"],
    ],
    ["a.shop.pod.cluster.local. A", ["NXDOMAIN"]],
    ["shop.pod.cluster.local. A", ["NODATA"]],
    ["none.pod.cluster.local. A", ["NXDOMAIN"]],
    ["a.b.c.1-2-3-4.shop.pod.cluster.local. A", ["NXDOMAIN"]],
    ["a.b.1-2-3-4.shop.pod.cluster.local. A", ["a.b.1-2-3-4.shop.pod.cluster.local. A 1.2.3.4"]],
    [
      "a.1-2-3-4.shop.pod.cluster.local. SRV",
      ["a.1-2-3-4.shop.pod.cluster.local. SRV 0 100 0 1-2-3-4.shop.pod.cluster.local."],
    ],
  ])("answers %s under pods insecure", async (question, expected) => {
    expect(await insecure.say(question)).toEqual(expected);
  });

  const verified = new TestCluster(objects, { properties: "pods verified" });
  it.each<[string, string[]]>([
    ["10-1-0-1.shop.pod.cluster.local. A", ["10-1-0-1.shop.pod.cluster.local. A 10.1.0.1"]],
    [
      "2001-db8--1.shop.pod.cluster.local. AAAA",
      ["2001-db8--1.shop.pod.cluster.local. AAAA 2001:db8::1"],
    ],
    ["10-1-0-1.data.pod.cluster.local. A", ["NXDOMAIN"]],
    ["1-2-3-4.shop.pod.cluster.local. A", ["NXDOMAIN"]],
    ["shop.pod.cluster.local. A", ["NODATA"]],
  ])("answers %s under pods verified", async (question, expected) => {
    expect(await verified.say(question)).toEqual(expected);
  });

  it("shares the weight among pods on a host's own network", async () => {
    const cluster = new TestCluster(
      [namespace("shop"), ...["a", "b", "c"].map((name) => pod(`shop/${name}`, "10.1.0.1"))],
      { properties: "pods verified" },
    );
    expect(await cluster.ask("10-1-0-1.shop.pod.cluster.local.", "SRV")).toMatchObject({
      answer: ["10-1-0-1.shop.pod.cluster.local. 5 IN SRV 0 33 0 10-1-0-1.shop.pod.cluster.local."],
      additional: ["10-1-0-1.shop.pod.cluster.local. 5 IN A 10.1.0.1"],
    });
  });
});
