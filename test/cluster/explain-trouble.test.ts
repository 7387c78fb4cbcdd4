import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endAll } from "../run-portolan.ts";
import type { ApiClient } from "./api-client.ts";
import { namespaceOf, ready, serviceOf, serviceReference, sliceOf } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import { Explained } from "./explain/explained-cluster.ts";
import type { Rule } from "./rbac.ts";
import { DNS_RULES, allow } from "./rbac.ts";
import type { User } from "./user.ts";
import { ADMIN } from "./user.ts";

const FULL: User = { name: "dns", token: "dns-token", groups: [] };
const NO_PODS: User = { name: "no-pods", token: "no-pods-token", groups: [] };
const NO_SLICES: User = { name: "no-slices", token: "no-slices-token", groups: [] };
const USERS = [FULL, NO_PODS, NO_SLICES];

const WEB = { namespace: "shop", name: "web" };
const IDLE = { namespace: "shop", name: "idle" };

let plane: ControlPlane;
let client: ApiClient;
const servers: Explained[] = [];

beforeAll(async () => {
  plane = await ControlPlane.start({ users: USERS });
  client = plane.client();
  await client.create(namespaceOf("shop"));
  await client.create(serviceOf(WEB, "10.96.20.1"));
  await client.create(sliceOf({ ...WEB, name: "web-1" }, "web", ready("10.1.0.1")));
  await client.create(serviceOf(IDLE, "10.96.20.2"));
  await allow(client, FULL.name, DNS_RULES);
  await allow(client, NO_PODS.name, without("pods"));
  await allow(client, NO_SLICES.name, without("endpointslices"));
});
afterAll(async () => {
  endAll();
  for (const server of servers) await server.stop();
  await plane.stop();
});

function without(resource: string): Rule[] {
  return DNS_RULES.flatMap(({ resources, ...rule }) => {
    const others = resources.filter((one) => one !== resource);
    return others.length === 0 ? [] : [{ ...rule, resources: others }];
  });
}

/** A server that answers also before it knows the cluster. */
async function serve(user: Pick<User, "token">, properties = ""): Promise<Explained> {
  const corefile = `cluster.local:{{PORT}} {
  kubernetes cluster.local {
    kubeconfig {{KUBECONFIG}}
    startup_timeout 1ms
    ${properties}
  }
}
`;
  const values = { KUBECONFIG: plane.kubeconfig(user) };
  const server = await Explained.start(corefile, values, "answering");
  servers.push(server);
  return server;
}

async function untilWell(server: Explained): Promise<void> {
  const code = async (): Promise<string> => (await server.explain("web.shop")).code;
  await expect.poll(code, { timeout: 30_000 }).toBe("well");
}

describe("a server that may not read all", () => {
  it("without rights on Pods that it needs, says that it does not know the cluster in full, and why", async () => {
    const server = await serve(NO_PODS, "pods verified");
    await expect
      .poll(async () => (await server.explain("10-1-0-1.shop.pod")).explanation.verdict.evidence, {
        timeout: 30_000,
      })
      .toContainEqual(expect.stringMatching(/pods: the API server says 403/));
    const { code, explanation } = await server.explain("10-1-0-1.shop.pod");
    expect(code).toBe("not-synced");
    expect(explanation.verdict.evidence.join()).toContain("waiting for the cluster's Pod");
    expect(await server.text("10-1-0-1.shop.pod")).toContain("the API server says 403");
  });

  it("without rights on EndpointSlices, says that", async () => {
    const server = await serve(NO_SLICES);
    await expect
      .poll(async () => (await server.explain("wbe.shop")).explanation.verdict.evidence, {
        timeout: 30_000,
      })
      .toContainEqual(expect.stringMatching(/endpointslices: the API server says 403/));
    const said = await server.explain("wbe.shop");
    expect(said.code).toBe("not-synced");
    expect(said.sentence).toMatch(/^The cluster is not known in full yet, since 20\d\d-/);
  });

  it("without rights on Pods that it does not need, names the cause all the same", async () => {
    const server = await serve(NO_PODS);
    await untilWell(server);
    const { code } = await server.explain("idle.shop");
    expect(code).toBe("service-without-selector");
  });
});

it("an API server that is away is said to be, before anything is known and afterwards", async () => {
  const known = await serve(FULL);
  await untilWell(known);
  await plane.stopApiServer();
  const blank = await serve(FULL);
  await expect
    .poll(async () => (await blank.explain("web.shop")).explanation.verdict.evidence, {
      timeout: 30_000,
    })
    .toContain("no connection to the API server");
  const said = await blank.explain("web.shop");
  expect(said.code).toBe("not-synced");
  expect(await blank.text("web.shop")).toContain("failing [not-synced]");

  // What is missing may have come since.
  const outOfDate = async (): Promise<string> => (await known.explain("nothing-like-it.shop")).code;
  await expect.poll(outOfDate, { timeout: 30_000 }).toBe("cluster-out-of-date");
  const { explanation } = await known.explain("wbe.shop");
  expect(explanation.verdict.code).toBe("no-service");
  expect(explanation.verdict.evidence.join()).toContain("the API server has been away since");
  expect((await known.explain("web.shop")).code).toBe("well");

  await plane.startApiServer();
  await untilWell(blank);
  await expect.poll(outOfDate, { timeout: 30_000 }).toBe("no-service");
});

it("a Service that is mended is well at the next question, one that is taken away is missing", async () => {
  const server = await serve(ADMIN);
  await untilWell(server);
  const code = async (line: string): Promise<string> => (await server.explain(line)).code;
  expect(await code("idle.shop")).toBe("service-without-selector");
  await client.create(sliceOf({ ...IDLE, name: "idle-1" }, "idle", ready("10.1.0.2")));
  await expect.poll(() => code("idle.shop")).toBe("well");
  await client.delete(serviceReference(IDLE));
  await expect.poll(() => code("idle.shop")).toBe("no-service");
});
