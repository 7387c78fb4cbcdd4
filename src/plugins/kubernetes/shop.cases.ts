import type { ClusterObject } from "../../kube/cluster-source.ts";
import { headless, namespace, port, service, slice } from "./cluster.cases.ts";

/** A small cluster with a Service of each kind; namespace `gone` does not exist. */
export const SHOP: readonly ClusterObject[] = [
  namespace("shop"),
  namespace("data"),
  service("shop/web", {
    clusterIPs: ["10.96.0.20", "fd00::20"],
    ports: [port("http", 80), port("dns", 53, "udp"), port("dns-tcp", 53)],
  }),
  slice("shop/web", ["10.1.0.1"]),
  service("shop/six", { clusterIPs: ["fd00::6"] }),
  service("shop/plain", { clusterIPs: ["10.96.0.21"], ports: [] }),
  service("shop/nameless", { clusterIPs: ["10.96.0.22"], ports: [port("", 7000)] }),
  service("shop/pending", { clusterIPs: [] }),
  service("shop/svc", { clusterIPs: ["10.96.0.23"] }),
  service("gone/web", { clusterIPs: ["10.96.0.24"] }),
  slice("gone/web", ["10.1.0.9"]),
  headless("data/db", { ports: [port("pg", 5432)] }),
  slice(
    "data/db",
    [
      { addresses: ["10.1.1.1"], hostname: "db-0", podName: "db-0" },
      { addresses: ["10.1.1.2"], podName: "db.two" },
      { addresses: ["10.1.1.3"], ready: false },
    ],
    { ports: [port("pg", 5432)] },
  ),
  slice("data/db-again", [{ addresses: ["10.1.1.1"], hostname: "db-0" }], {
    serviceName: "db",
    ports: [port("pg", 5432), port("admin", 80)],
  }),
  slice("data/db-6", [{ addresses: ["2001:db8::1"], hostname: "db-0" }, "2001:db8::"], {
    serviceName: "db",
    addressType: "IPv6",
    ports: [port("pg", 5432)],
  }),
  slice("data/db-names", ["db.example.net"], { serviceName: "db", addressType: "FQDN" }),
  headless("data/empty"),
  headless("data/unready"),
  slice("data/unready", [{ addresses: ["10.1.2.1"], ready: false }]),
  headless("data/portless", { ports: [] }),
  slice("data/portless", ["10.1.3.1"], { ports: [] }),
  slice("data/orphan", ["10.1.4.1"]),
  slice("data/unlabelled", ["10.1.4.2"], { serviceName: "" }),
  headless("data/open"),
  slice("data/open", ["10.1.5.1"], { ports: [port("", 0)] }),
];
