import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { formatManifests, generateCluster } from "./cluster.ts";

it("every Service has its own name and address, also in a large cluster", () => {
  const { addresses } = generateCluster(5000);
  expect(new Set(addresses.map(({ qname }) => qname)).size).toBe(5000);
  expect(new Set(addresses.map(({ address }) => address)).size).toBe(5000);
  expect(addresses[300]).toEqual({
    qname: "service-300.team-0.svc.cluster.local",
    address: "10.96.1.54",
  });
});

it("the address to expect is the one that the Service has", () => {
  const { services, addresses } = generateCluster(3);
  const clusterIps = services.map(({ spec }) => spec);
  expect(clusterIps).toMatchObject(addresses.map(({ address }) => ({ clusterIP: address })));
});

it("the manifests hold every object, as YAML documents", () => {
  const cluster = generateCluster(12);
  const documents = parseAllDocuments(formatManifests(cluster)).map((document) => document.toJS());
  const objects = [...cluster.namespaces, ...cluster.services, ...cluster.endpointSlices];
  expect(objects.length).toBe(10 + 12 + 12);
  expect(documents).toEqual(objects);
});
