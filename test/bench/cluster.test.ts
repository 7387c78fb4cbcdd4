import { expect, it } from "vitest";
import { changedService, generateCluster } from "./cluster.ts";

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

it("a Service that changes keeps its name and gets an address that nobody has", () => {
  const { services, addresses } = generateCluster(40);
  const taken = new Set(addresses.map(({ address }) => address));
  const { service, expected } = changedService(7, 40, 1);
  expect(service.metadata).toEqual(services[7]?.metadata);
  expect(service).toMatchObject({ spec: { clusterIP: expected.address } });
  expect(expected.qname).toBe(addresses[7]?.qname);
  expect(taken).not.toContain(expected.address);
  expect(changedService(7, 40, 0).service).toEqual(services[7]);
});
