import { Resolver } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ready, sliceOf, storedService } from "../cluster/cluster-objects.ts";
import { failure } from "../cluster/fake-answers.ts";
import { FakeCluster, PATHS } from "../cluster/fake-cluster.ts";
import type { FakeRequest } from "../cluster/fake-request.ts";
import { FaultProxy } from "../cluster/fault-proxy.ts";
import { endAll, Portolan, ROOT } from "../run-portolan.ts";

const WEB = { namespace: "shop", name: "web" };
const IDLE = { namespace: "shop", name: "idle" };
const NOBODY = failure({ code: 401, reason: "Unauthorized", message: "Unauthorized" });
/** Requests that were answered so. */
let refused = 0;

let cluster: FakeCluster;
let proxy: FaultProxy;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "portolan-dev-"));
  cluster = await FakeCluster.start();
  proxy = await FaultProxy.start(cluster.api.port);
  await cluster.services.put(storedService(WEB, "10.96.0.10"));
  await cluster.services.put(storedService(IDLE, "10.96.0.11"));
  await cluster.slices.put(sliceOf(WEB, "web", ready("10.244.0.1")));
});
afterAll(async () => {
  endAll();
  await proxy.stop();
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

function letInTo(isOpen: (request: FakeRequest) => boolean): void {
  cluster.api.gate = (request) => {
    if (isOpen(request)) return undefined;
    refused++;
    return NOBODY;
  };
}

/** Lets in whoever has this token. */
function letIn(token: string): void {
  letInTo(({ headers }) => headers.authorization === `Bearer ${token}`);
}

function dev(kubeconfig: string): Portolan {
  const env = { ...process.env, KUBECONFIG: kubeconfig, XDG_RUNTIME_DIR: folder };
  return new Portolan(["dev"], undefined, [], ROOT, { env });
}

async function ask(program: Portolan, name: string): Promise<string[]> {
  const [, address = "", port = ""] = await program.saying(/on (127\.[\d.]+) port (\d+);/);
  const resolver = new Resolver({ timeout: 20_000, tries: 1 });
  resolver.setServers([`${address}:${port}`]);
  return resolver.resolve4(`${name}.shop.svc.cluster.local`);
}

function count(program: Portolan, pattern: RegExp): number {
  return program.stdout.match(new RegExp(pattern, "g"))?.length ?? 0;
}

it("credentials that are refused at the start, and a cluster that goes away, are said once; it comes back", async () => {
  // Namespaces and Services may be read, so that something has been.
  letInTo(({ path }) => path !== PATHS.slices);
  const program = dev(cluster.writeKubeconfig({ token: "a" }, proxy.url));
  await program.saying(/The API server does not know who asks.*renew the credentials/);
  await program.saying(/Reading the cluster: 2 of 3 kinds of objects, 3 so far \(.*401/);
  letIn("a");
  await program.saying(/Ready after/);
  const addresses = await ask(program, "web");
  expect(addresses).toEqual([expect.stringMatching(/^127\./)]);

  await proxy.refuse();
  proxy.cut("RST");
  await program.saying(/Cannot connect to "https:.*ECONNREFUSED.*nothing listens there/);
  expect(await ask(program, "web")).toEqual(addresses);
  await proxy.accept();
  await program.saying(/Connected to the API server again after/);
  await program.stop();
  // Not of each of the three watches, nor of each attempt.
  expect(count(program, /does not know who asks/)).toBeLessThan(refused);
});

it("credentials that expire are said once; names are served, and another kubeconfig is taken", async () => {
  letIn("a");
  const program = dev(cluster.writeKubeconfig({ token: "a" }));
  await program.saying(/Ready after/);
  const addresses = await ask(program, "web");

  letIn("b");
  cluster.api.dropConnections();
  await program.saying(/The API server does not know who asks/);
  expect(await ask(program, "web")).toEqual(addresses);
  cluster.writeKubeconfig({ token: "b" });
  await program.saying(/The API server knows who asks again after/);
  await program.stop();
});

it("a Service that nobody is ready behind has an address, and a line that says why its port is refused", async () => {
  letIn("a");
  const program = dev(cluster.writeKubeconfig({ token: "a" }));
  await program.saying(/Ready after/);
  const [address = ""] = await ask(program, "idle");
  await program.saying(
    /"shop\/idle" is on 127[\d.]+, no port is open: nobody is ready behind port 80/,
  );
  await expect(fetch(`http://${address}/`)).rejects.toMatchObject({
    cause: { code: "ECONNREFUSED" },
  });
  await program.stop();
});
