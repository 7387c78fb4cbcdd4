import { expect, it } from "vitest";
import { generateCluster } from "./cluster.ts";
import { searchFor, searchTraffic } from "./search-path.ts";

const services = new Set(["web.shop.svc.cluster.local", "db.data.svc.cluster.local"]);

it.each([
  ["web", ["web.shop.svc.cluster.local"]],
  ["db.data", ["db.data.shop.svc.cluster.local", "db.data.svc.cluster.local"]],
  [
    "db.data.svc",
    [
      "db.data.svc.shop.svc.cluster.local",
      "db.data.svc.svc.cluster.local",
      "db.data.svc.cluster.local",
    ],
  ],
  [
    "www.example.org",
    [
      "www.example.org.shop.svc.cluster.local",
      "www.example.org.svc.cluster.local",
      "www.example.org.cluster.local",
      "www.example.org",
    ],
  ],
])("a pod in shop that looks up %s tries the search list as far as it must", (name, tried) => {
  expect(searchFor(name, "shop", services)).toEqual(tried);
});

it("a name with five dots is tried as it is first", () => {
  const name = "a.b.c.d.e.example";
  expect(searchFor(name, "shop", new Set([name]))).toEqual([name]);
  expect(searchFor(name, "shop", services)[0]).toBe(name);
});

const external = ["host-0.external.example", "host-1.external.example"];
const cluster = generateCluster(40);
const { lookups, questions, samples } = searchTraffic(cluster, external);

it("A and AAAA are asked in pairs", () => {
  for (let i = 0; i < questions.length; i += 2) {
    expect(questions[i + 1]).toBe(questions[i]?.replace(/ A$/, " AAAA"));
  }
});

it("each lookup ends with the one name that exists", () => {
  const known = new Set([...external, ...cluster.addresses.map(({ qname }) => qname)]);
  const found = questions.filter((question) => known.has(question.replace(/ A$/, "")));
  expect(found.length).toBe(lookups);
  // 1, 2, 3 and 4 names for the forms of a Service's, 4 for an outside one.
  expect(questions.length / 2).toBe((lookups / 5) * (1 + 2 + 3 + 4 + 4));
});

it("samples have the address of a name that exists, and none for one that does not", () => {
  const addresses = new Map(samples.map(({ qname, address }) => [qname, address]));
  expect(addresses.get("host-0.external.example")).toBe("192.0.2.1");
  expect(addresses.get("host-0.external.example.team-0.svc.cluster.local")).toBeUndefined();
  expect(addresses.has("host-0.external.example.team-0.svc.cluster.local")).toBe(true);
  expect(addresses.get("service-1.team-1.svc.cluster.local")).toBe("10.96.0.11");
});
