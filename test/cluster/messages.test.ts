import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { ControlPlane } from "./control-plane.ts";
import { notFound } from "./fake-answers.ts";
import { FakeCluster, PATHS } from "./fake-cluster.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { messagesOf } from "./messages.ts";
import { freePort } from "../bench/free-port.ts";
import type { Rule } from "./rbac.ts";
import { allow } from "./rbac.ts";
import { servePortolan } from "./serve.ts";
import { signToken, userOf } from "./service-account.ts";

/** Long enough that what is said each time would be said several times. */
const LISTEN_MS = 4_000;
const COREFILE = `.:{{PORT}} {
  kubernetes cluster.local {
    kubeconfig {{KUBECONFIG}}
    fallthrough
  }
  hosts {
    192.0.2.1 other.example.test
    fallthrough
  }
}
`;
const USER = { name: "dns", token: "dns-token", groups: [] } as const;

let plane: ControlPlane;
let client: ApiClient;
let fake: FakeCluster;
beforeAll(async () => {
  plane = await ControlPlane.start({ users: [USER] });
  client = plane.client();
  fake = await FakeCluster.start();
});
afterAll(async () => {
  await fake.stop();
  await plane.stop();
});

/**
 * Expects just these warnings of a server that cannot read the cluster, that `/ready` gives nothing of
 * theirs away, and that all else is served.
 */
async function expectWarnings(kubeconfig: string, ...lines: readonly RegExp[]): Promise<void> {
  const values = { KUBECONFIG: kubeconfig };
  const server = await servePortolan({ corefile: COREFILE, values, wait: "answering" });
  try {
    const warnings = () => messagesOf(server, "warn");
    await expect.poll(() => warnings().length, { timeout: 15_000 }).toBeGreaterThan(0);
    await sleep(LISTEN_MS);
    expect(warnings()).toEqual(lines.map((line) => expect.stringMatching(line)));
    const { status, body } = await server.ready();
    expect([status, body]).toEqual([503, expect.stringContaining("waiting for the cluster's")]);
    // Whoever may ask is told what is wrong, but not by which file, of which server, as which user.
    expect(body).not.toMatch(/"|\/|https?:|127\.0\.0\.1/);
    expect((await server.ask("other.example.test A")).answer).toHaveLength(1);
    expect((await server.ask("web.shop.svc.cluster.local A")).rcode).toBe("SERVFAIL");
  } finally {
    await server.stop();
  }
}

/** A kubeconfig for the real server, with lines in place of others. */
function kubeconfigWith(edit: (text: string) => string): string {
  const path = plane.kubeconfig(USER);
  return fake.writeFile(`edited-${path.slice(-8)}`, edit(readFileSync(path, "utf8")));
}

describe("one line says what is wrong with", () => {
  it("a kubeconfig that is not there", async () => {
    await expectWarnings(
      "/nowhere/config",
      /Cannot read kubeconfig "\/nowhere\/config": no such file/,
    );
  });

  it("a context that is not in it", async () => {
    const path = plane.kubeconfig(USER, { context: "dev" });
    await expectWarnings(
      `${path} prod`,
      /Cannot use kubeconfig "\/.*": it has no context "prod"; it has "dev"/,
    );
  });

  it("a token that has expired", async () => {
    const account = { namespace: "default", name: "dns" };
    const token = await signToken(client, account, plane.serviceAccountKey, -600);
    expect(userOf(account)).toContain("dns");
    await expectWarnings(
      plane.kubeconfig({ token }),
      /The API server does not know who asks: 401 Unauthorized.*; renew the credentials of kubeconfig "\/.*", context "test", at "https:\/\/127.0.0.1:\d+"/,
    );
  });

  it("an authority that is another server's", async () => {
    const text = kubeconfigText({
      server: plane.url,
      ca: fake.api.ca ?? "",
      user: { token: USER.token },
    });
    await expectWarnings(
      fake.writeFile("other-ca", text),
      /Cannot connect to "https:\/\/127.0.0.1:\d+": .*not signed by the CA that is trusted: check the CA file.*kubeconfig "\/.*", context "test"/,
    );
  });

  it("a certificate that is for other names", async () => {
    const path = kubeconfigWith((text) =>
      text.replace(/^( +)server: .*$/m, "$&\n$1tls-server-name: api.example.test"),
    );
    await expectWarnings(
      path,
      /Cannot connect to "https:\/\/127.0.0.1:\d+": .*\(the certificate is for other names.*kubeconfig "\/.*", context "test"/,
    );
  });

  it("a proxy that is down", async () => {
    const port = await freePort();
    const path = kubeconfigWith((text) =>
      text.replace(/^( +)server: .*$/m, `$&\n$1proxy-url: http://127.0.0.1:${port}`),
    );
    await expectWarnings(
      path,
      new RegExp(
        `Cannot connect to "https://127.0.0.1:\\d+" through the proxy "http://127.0.0.1:${port}": .*ECONNREFUSED.* \\(nothing listens there\\).*kubeconfig "/.*", context "test"`,
      ),
    );
  });

  it("a server where nobody listens", async () => {
    const port = await freePort();
    const path = kubeconfigWith((text) => text.replace(/:\d+$/m, `:${port}`));
    await expectWarnings(
      path,
      /Cannot connect to "https:\/\/127.0.0.1:\d+": .*ECONNREFUSED.* \(nothing listens there\) \(kubeconfig/,
    );
  });

  it("a server that does not have a resource", async () => {
    fake.api.gate = ({ path }) => (path === PATHS.slices ? notFound() : undefined);
    await expectWarnings(
      fake.kubeconfig,
      /Cannot list and watch endpointslices: 404 NotFound: .*; the API server does not have this resource: is its version too old, or a CRD missing\? \(kubeconfig "\/.*", context "test", at "https:\/\/127.0.0.1:\d+"\)/,
    );
    fake.api.gate = () => undefined;
  });

  it.each([
    ["watch", ["list", "get"]],
    ["list", ["watch"]],
  ])("a user who may not %s Services", async (verb, verbs) => {
    const rule = (resource: string, group: string, allowed: readonly string[]): Rule => {
      return { apiGroups: [group], resources: [resource], verbs: allowed };
    };
    await allow(client, USER.name, [
      rule("services", "", verbs),
      rule("namespaces", "", ["list", "watch"]),
      rule("endpointslices", "discovery.k8s.io", ["list", "watch"]),
    ]);
    const server = plane.kubeconfig(USER);
    // A server that streams its objects asks for "watch" alone.
    if (verb === "list") return expectReady(server);
    await expectWarnings(
      server,
      /Cannot list and watch services: 403 Forbidden: services is forbidden: User "dns" cannot watch resource "services" .*; grant the verbs "list" and "watch" on "services" in API group "" \(RBAC\) to the user of kubeconfig "\/.*", context "test", at "https:\/\/127.0.0.1:\d+"/,
    );
  });
});

async function expectReady(kubeconfig: string): Promise<void> {
  const server = await servePortolan({ corefile: COREFILE, values: { KUBECONFIG: kubeconfig } });
  expect(messagesOf(server, "warn")).toEqual([]);
  await server.stop();
}
