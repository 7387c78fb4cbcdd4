import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "./api-client.ts";
import { CLIENT_CERTIFICATE, FILES } from "./api-server.ts";
import { dnsName, namespaceOf, serviceOf, serviceReference } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import { Counter } from "./counter.ts";
import type { DnsServer, ServeOptions } from "./dns-server.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { figure, inMs } from "./figure.ts";
import { CLUSTER_COREFILE, expectAsFresh, questionsAbout } from "./fresh-server.ts";
import { inParallel } from "./in-parallel.ts";
import { messagesOf } from "./messages.ts";
import { isAnswered, Observer } from "./observer.ts";
import { allow, DNS_RULES } from "./rbac.ts";
import { servePortolan } from "./serve.ts";

/** A longer outage is the same, only longer. */
const OUTAGE_SECONDS = Number(process.env["PORTOLAN_TEST_OUTAGE_SECONDS"] ?? 12);
/** For what has no bound of its own; on a machine that is held up, too. */
const SOON_MS = 30_000;
const USER = { name: "dns", token: "dns-token", groups: [] } as const;

let plane: ControlPlane;
let client: ApiClient;
let proxy: FaultProxy;
let server: DnsServer;
let isStarted = false;
let counter: Counter;
/** Of the server that is compared with: it goes past the proxy. */
let fresh: ServeOptions;
let tokenFile: string;
let kubeconfig: string;

async function startPlane(): Promise<void> {
  plane = await ControlPlane.start({ users: [USER] });
  client = plane.client();
  proxy = await FaultProxy.start(plane.port);
  await allow(client, USER.name, DNS_RULES);
  await allow(client, CLIENT_CERTIFICATE.user, DNS_RULES);
  await client.create(namespaceOf("shop"));
  await inParallel([...Array(20).keys()], 8, (i) => {
    return client.create(serviceOf({ namespace: "shop", name: `web-${i}` }, `10.97.8.${i + 1}`));
  });
  counter = new Counter(client, { namespace: "shop", name: "counter" });
  await counter.create();
  fresh = { corefile: CLUSTER_COREFILE, values: { KUBECONFIG: plane.kubeconfig() } };
}

beforeAll(async () => {
  await startPlane();
  tokenFile = join(plane.folder, "token");
  writeFileSync(tokenFile, USER.token);
  kubeconfig = plane.kubeconfigWithTokenFile(tokenFile, { server: proxy.url });
  await startServer();
});

/** Anew, so that it does not remember what happened before. */
async function startServer(): Promise<void> {
  if (isStarted) await server.stop();
  isStarted = true;
  server = await servePortolan({ ...fresh, values: { KUBECONFIG: kubeconfig } });
}

afterAll(async () => {
  await server.stop();
  await proxy.stop();
  await plane.stop();
});

/**
 * Expects that names that exist are answered all the time, whatever happens meanwhile, and that in the end all is
 * as it should be.
 */
async function expectService(what: string, happen: () => Promise<number>): Promise<void> {
  const names = ["web-0", "web-7", "counter"];
  const questions = names.map((name) => `${dnsName({ namespace: "shop", name })} A`);
  const observer = new Observer(server, questions, isAnswered);
  try {
    figure(what, inMs(await happen()));
    await expectAsFresh(server, fresh, await questionsAbout(client), SOON_MS);
  } finally {
    expect(await observer.stop()).toEqual([]);
  }
  expect(observer.asked).toBeGreaterThan(10);
}

/** Makes a change, and measures how long it is until it is in an answer. */
async function changeArrives(timeoutMs: number = SOON_MS): Promise<number> {
  await counter.next();
  return counter.arrival(server, timeoutMs);
}

async function metric(name: RegExp): Promise<readonly string[]> {
  const response = await fetch(`http://127.0.0.1:${server.portOf("METRICS_PORT")}/metrics`);
  return (await response.text()).split("\n").filter((line) => name.test(line));
}

describe("service goes on, and what changed is caught up with", () => {
  it("while the API server is away", async () => {
    await expectService(
      `API server back after ${OUTAGE_SECONDS} s: change served after`,
      async () => {
        await plane.stopApiServer();
        await sleep(OUTAGE_SECONDS * 1_000);
        expect(messagesOf(server).join("\n")).toMatch(/Cannot connect to "https:\S+":/);
        expect((await server.ready()).status).toBe(200);
        await plane.startApiServer();
        const ms = await changeArrives();
        expect(messagesOf(server).join("\n")).toMatch(/Connected to the API server again after \d/);
        return ms;
      },
    );
  });

  it("while the API server ends its watches and says goodbye", async () => {
    await expectService("API server restarted: change served after", async () => {
      await plane.stopApiServer("SIGTERM");
      await plane.startApiServer();
      return changeArrives();
    });
  });

  it.each(["RST", "FIN"] as const)(
    "while connections end by %s again and again",
    async (closing) => {
      await expectService(`after ten times ${closing}: change served after`, async () => {
        for (let i = 0; i < 10; i++) {
          await counter.next();
          proxy.cut(closing);
          await sleep(150);
        }
        return changeArrives();
      });
    },
  );

  it("while connections end early", async () => {
    await expectService("connections ended early: change served after", async () => {
      for (const octets of [3_000, 6_000, 20_000]) {
        proxy.endEarly({ octets, closing: octets === 6_000 ? "FIN" : "RST" });
        proxy.cut("RST");
        await sleep(1_500);
      }
      proxy.endEarly(undefined);
      proxy.cut("RST");
      return changeArrives();
    });
  });

  it("while the connection is frozen", async () => {
    await expectService("frozen connection let go on: change served after", async () => {
      await changeArrives();
      const before = proxy.acceptedConnections;
      const frozenMs = performance.now();
      await proxy.freeze();
      const reconnects = (): number => proxy.acceptedConnections - before;
      await expect.poll(reconnects, { timeout: SOON_MS, interval: 20 }).toBeGreaterThan(0);
      const noticedMs = performance.now() - frozenMs;
      figure("frozen connection given up, and another one begun, after", inMs(noticedMs));
      expect(noticedMs).toBeLessThan(15_000);
      await counter.next();
      await proxy.thaw();
      return counter.arrival(server, SOON_MS);
    });
  });

  it("while the right to list and watch is taken away", async () => {
    await expectService("RBAC given back: change served after", async () => {
      await allow(client, USER.name, []);
      proxy.cut("RST");
      const line =
        /Cannot list and watch services: 403 Forbidden: services is forbidden: .*; grant the verbs "list" and "watch" on "services" in API group "" \(RBAC\) to the user of kubeconfig ".*", context "test", at "https:/;
      const told = () => messagesOf(server).filter((said) => line.test(said)).length;
      await expect.poll(told, { timeout: SOON_MS }).toBeGreaterThan(0);
      await sleep(5_000);
      await allow(client, USER.name, DNS_RULES);
      const ms = await changeArrives();
      expect(ms).toBeLessThan(6_000);
      return ms;
    });
  });

  it("while the token is worth nothing, until there is another in its file", async () => {
    await expectService("another token in its file: change served after", async () => {
      const other = { ...USER, token: "another-token" };
      await plane.replaceUsers([other]);
      const line = /The API server does not know who asks: 401 Unauthorized/;
      await expect.poll(() => messagesOf(server).join("\n"), { timeout: SOON_MS }).toMatch(line);
      await counter.next();
      await sleep(5_000);
      writeFileSync(tokenFile, other.token);
      counter.takenMs = performance.now();
      const ms = await counter.arrival(server, SOON_MS);
      expect(ms).toBeLessThan(4_000);
      expect(messagesOf(server).filter((said) => line.test(said))).toHaveLength(1);
      return ms;
    });
  });

  it("while the API server's certificate is another authority's", async () => {
    await expectService("new CA in the kubeconfig: change served after", async () => {
      await plane.rotateCertificate();
      client = plane.client();
      counter = Object.assign(new Counter(client, counter.named), { taken: counter.taken });
      const line = /is not signed by the CA that is trusted: check the CA file/;
      await expect.poll(() => messagesOf(server).join("\n"), { timeout: SOON_MS }).toMatch(line);
      copyFileSync(plane.kubeconfigWithTokenFile(tokenFile, { server: proxy.url }), kubeconfig);
      fresh = { corefile: CLUSTER_COREFILE, values: { KUBECONFIG: plane.kubeconfig() } };
      return changeArrives();
    });
  });

  it("and tells of it in metrics", async () => {
    const restarts = await metric(/^portolan_kubernetes_watch_restarts_total\{kind="Service"/);
    const reasons = restarts.map((line) => /reason="(\w+)"/.exec(line)?.[1] ?? "");
    expect(reasons).toEqual(expect.arrayContaining(["lost", "unreachable", "refused"]));
    const [relists = ""] = await metric(/^portolan_kubernetes_relists_total\{kind="Service"\}/);
    expect(Number(relists.split(" ")[1])).toBeGreaterThan(1);
    const host = `127.0.0.1:${proxy.port}`;
    for (const code of ["200", "401", "403"]) {
      const pattern = new RegExp(
        `^coredns_kubernetes_rest_client_requests_total\\{code="${code}",method="GET",host="${host}"\\} [1-9]`,
      );
      expect(await metric(pattern)).toHaveLength(1);
    }
    for (const name of ["request_duration", "rate_limiter_duration"]) {
      const pattern = `^coredns_kubernetes_rest_client_${name}_seconds_count\\{verb="GET",host="${host}"\\} [1-9]`;
      expect(await metric(new RegExp(pattern))).toHaveLength(1);
    }
  });
});

describe("a state from before", () => {
  const kept = { namespace: "shop", name: "web-3" };
  const later = { namespace: "shop", name: "later" };

  /** Goes back to when `kept` was there and `later` was not. */
  async function goBack(before: () => Promise<void>): Promise<void> {
    const saved = await plane.saveEtcd();
    await client.delete(serviceReference(kept));
    await client.create(serviceOf(later, "10.97.8.200"));
    const rcodes = async () => [await rcodeOf(kept), await rcodeOf(later)];
    await expect.poll(rcodes, { timeout: SOON_MS }).toEqual(["NXDOMAIN", "NOERROR"]);
    await before();
    await plane.restoreEtcd(saved);
  }

  async function rcodeOf(named: typeof kept): Promise<string> {
    return (await server.ask(`${dnsName(named)} A`)).rcode;
  }

  async function expectBack(): Promise<void> {
    const beganMs = performance.now();
    const rcodes = async () => [await rcodeOf(kept), await rcodeOf(later)];
    await expect.poll(rcodes, { timeout: 40_000 }).toEqual(["NOERROR", "NXDOMAIN"]);
    figure("etcd restored: what was deleted is back after", inMs(performance.now() - beganMs));
  }

  it("is told of as it is", async () => {
    await startServer();
    await goBack(async () => {});
    await expectBack();
  }, 120_000);

  it("is told of also if the versions have gone on past ours meanwhile", async () => {
    await startServer();
    await goBack(async () => {
      for (let i = 0; i < 5; i++) await counter.next();
      await counter.arrival(server, SOON_MS);
      await proxy.refuse();
      proxy.cut("RST");
    });
    counter.taken -= 5;
    for (let i = 0; i < 50; i++) await counter.next();
    await proxy.accept();
    await expectBack();
  }, 120_000);
});

describe("a client certificate", () => {
  it("is read again when it has been replaced", async () => {
    const folder = join(plane.folder, FILES.certificates);
    const [certificate, key] = ["client.pem", "client.key"].map((name) => join(plane.folder, name));
    const put = (from: { certificate: string; key: string }): void => {
      copyFileSync(from.certificate, certificate ?? "");
      copyFileSync(from.key, key ?? "");
    };
    put(CLIENT_CERTIFICATE);
    const corefile = CLUSTER_COREFILE.replace(
      "kubeconfig {{KUBECONFIG}}",
      `endpoint ${proxy.url}\n    tls ${certificate} ${key} ${plane.caFile}`,
    );
    const other = await servePortolan({ corefile });
    await counter.next();
    await counter.arrival(other, SOON_MS);
    put({ certificate: plane.caFile, key: join(folder, "apiserver.key") });
    proxy.cut("RST");
    await expect
      .poll(() => other.program.output, { timeout: SOON_MS })
      .toMatch(/does not know who asks/);
    await counter.next();
    put(CLIENT_CERTIFICATE);
    counter.takenMs = performance.now();
    figure(
      "right client certificate again: change served after",
      inMs(await counter.arrival(other, SOON_MS)),
    );
    await other.stop();
  });
});
