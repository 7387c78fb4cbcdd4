import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { namespaceOf, serviceOf, serviceReference } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import type { DnsServer } from "./dns-server.ts";
import { servePortolan } from "./serve.ts";

/** Until an answer is that of the change before. */
const BOUND = { timeout: 5_000, interval: 5 };

const COREFILE = `.:{{PORT}} {
  prometheus 127.0.0.1:{{METRICS_PORT}}
  autopath @kubernetes
  rewrite name suffix .in.example .svc.cluster.local answer auto
  cache 30
  k8s_external example.org {
    headless
  }
  kubernetes cluster.local {
    kubeconfig {{KUBECONFIG}}
    pods verified
  }
  template IN A test {
    answer "{{ .Name }} 60 IN A 192.0.2.1"
  }
}
`;

let plane: ControlPlane;
let client: ApiClient;
let server: DnsServer;

beforeAll(async () => {
  plane = await ControlPlane.start();
  client = plane.client();
  for (const name of ["shop", "data"]) await client.create(namespaceOf(name));
  const values = { KUBECONFIG: plane.kubeconfig() };
  server = await servePortolan({ corefile: COREFILE, values });
});
afterAll(async () => {
  await server.stop();
  await plane.stop();
});

async function look(name: string): Promise<string> {
  const { rcode, answer } = await server.ask(`${name} A`);
  if (rcode !== "NOERROR") return rcode;
  return answer.map((line) => line.split(" ").slice(3).join(" ")).join(", ");
}

async function expectSoon(name: string, expected: string): Promise<void> {
  await expect.poll(() => look(name), BOUND).toBe(expected);
  // Out of cache and table.
  for (let i = 0; i < 3; i++) expect(await look(name)).toBe(expected);
}

function podIn(namespace: string): ReturnType<typeof serviceReference> {
  return { apiVersion: "v1", kind: "Pod", namespace, name: "client" };
}

/** A running Pod with this machine's address: whoever asks here is it. */
async function runPod(namespace: string): Promise<void> {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { namespace, name: "client" } };
  const containers = [{ name: "main", image: "none" }];
  await client.create({ ...pod, spec: { containers, nodeName: "node-a" } });
  const podIP = "127.0.0.1";
  await client.setStatus(podIn(namespace), { phase: "Running", podIP, podIPs: [{ ip: podIP }] });
}

describe("over a real API server", () => {
  it("a load balancer's address is there outside at once, and goes at once", async () => {
    const web = { namespace: "shop", name: "web" };
    await expectSoon("web.shop.example.org", "NXDOMAIN");
    await client.create(serviceOf(web));
    await expectSoon("web.shop.example.org", "NXDOMAIN");
    const status = (ip: string): unknown => ({ loadBalancer: { ingress: [{ ip }] } });
    await client.patch(serviceReference(web), { spec: { type: "LoadBalancer" } });
    await client.setStatus(serviceReference(web), status("203.0.113.1"));
    await expectSoon("web.shop.example.org", "A 203.0.113.1");
    await client.setStatus(serviceReference(web), status("203.0.113.2"));
    await expectSoon("web.shop.example.org", "A 203.0.113.2");
    await client.delete(serviceReference(web));
    await expectSoon("web.shop.example.org", "NXDOMAIN");
  });

  it("names are completed for the namespace that the client's address is in now", async () => {
    const inShop = "www.test.shop.svc.cluster.local";
    const inData = "www.test.data.svc.cluster.local";
    const completed = "A 192.0.2.1, CNAME www.test.";
    await expectSoon(inShop, "NXDOMAIN");
    await runPod("shop");
    await expectSoon(inShop, completed);
    await expectSoon(inData, "NXDOMAIN");
    await runPod("data");
    await expectSoon(inData, completed);
    await expectSoon(inShop, "NXDOMAIN");
    await client.setStatus(podIn("data"), { phase: "Succeeded" });
    await expectSoon(inData, "NXDOMAIN");
    await expectSoon(inShop, completed);
  });

  it("a Service by a rewritten name is there at once", async () => {
    await client.create(serviceOf({ namespace: "data", name: "db" }, "10.97.7.9"));
    await expectSoon("db.data.in.example", "A 10.97.7.9");
    await client.delete(serviceReference({ namespace: "data", name: "db" }));
    await expectSoon("db.data.in.example", "NXDOMAIN");
  });
});
