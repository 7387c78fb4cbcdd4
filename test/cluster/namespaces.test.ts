import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../run-portolan.ts";
import type { ApiClient } from "./api-client.ts";
import { dnsName, namespaceOf, serviceOf } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import type { DnsServer } from "./dns-server.ts";
import { loadManifests } from "./load-manifests.ts";
import { servePortolan } from "./serve.ts";

/** The example as it stands, but for where the cluster and the ports are. */
const COREFILE = readFileSync(join(ROOT, "deploy/examples/namespaces/Corefile"), "utf8")
  .replace(".:53", ".:{{PORT}}")
  .replace("    ready\n", "")
  .replace("    forward . /etc/resolv.conf\n", "")
  .replace("pods verified", "pods verified\n        kubeconfig {{KUBECONFIG}}");

const SHOP = dnsName({ namespace: "shop", name: "web" });
const SHARED = dnsName({ namespace: "data", name: "web" });
const EDGE = dnsName({ namespace: "edge", name: "web" });
const BOUND_MS = 5_000;

let plane: ControlPlane;
let client: ApiClient;
let server: DnsServer;

beforeAll(async () => {
  plane = await ControlPlane.start();
  client = plane.client();
  for (const [i, namespace] of ["shop", "data", "edge"].entries()) {
    await client.create(namespaceOf(namespace));
    await client.create(serviceOf({ namespace, name: "web" }, `10.97.8.${i + 1}`));
  }
  const values = { KUBECONFIG: plane.kubeconfig() };
  server = await servePortolan({ corefile: COREFILE, values });
});
afterAll(async () => {
  await server.stop();
  await plane.stop();
});

/** The Pod that this test asks as, by its address. */
async function becomePodOf(namespace: string): Promise<void> {
  await loadManifests(
    client,
    `apiVersion: v1
kind: Pod
metadata: {name: asks, namespace: ${namespace}}
spec: {containers: [{name: a, image: a}]}
status: {phase: Running, podIP: 127.0.0.1, podIPs: [{ip: 127.0.0.1}]}
`,
  );
}

async function ceaseToBePodOf(namespace: string): Promise<void> {
  await client.delete({ apiVersion: "v1", kind: "Pod", namespace, name: "asks" });
}

async function look(): Promise<string[]> {
  const said: string[] = [];
  for (const name of [SHOP, SHARED, EDGE]) {
    const { rcode, answer } = await server.ask(`${name} A`);
    said.push(rcode === "NOERROR" ? (answer[0]?.split(" ").at(-1) ?? "") : rcode);
  }
  return said;
}

async function expectSoon(expected: readonly string[]): Promise<void> {
  await expect.poll(look, { timeout: BOUND_MS, interval: 5 }).toEqual(expected);
  // Whatever has been kept meanwhile, it stays so.
  for (let i = 0; i < 5; i++) expect(await look()).toEqual(expected);
}

it("a tenant's Pod resolves its own namespace and the shared ones only, and is judged anew when it moves", async () => {
  const asStranger = ["REFUSED", "10.97.8.2", "10.97.8.3"];
  const asTenant = ["10.97.8.1", "10.97.8.2", "REFUSED"];
  await expectSoon(asStranger);
  await becomePodOf("shop");
  await expectSoon(asTenant);
  await becomePodOf("edge");
  // Nobody can tell which of the two asks.
  await expectSoon(asStranger);
  await ceaseToBePodOf("edge");
  await expectSoon(asTenant);
  await ceaseToBePodOf("shop");
  await becomePodOf("edge");
  await expectSoon(asStranger);
});
