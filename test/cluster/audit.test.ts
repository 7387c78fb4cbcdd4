import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Finished } from "../run-portolan.ts";
import { Portolan, ROOT, endAll } from "../run-portolan.ts";
import { ControlPlane } from "./control-plane.ts";
import { loadManifests } from "./load-manifests.ts";
import { allow } from "./rbac.ts";

const READER = { name: "reader", token: "reader-token", groups: [] };
const KUBEADM = readFileSync(join(ROOT, "test/testdata/audit/kubeadm.yaml"), "utf8");

let plane: ControlPlane;

beforeAll(async () => {
  plane = await ControlPlane.start({ users: [READER] });
  await loadManifests(plane.client(), KUBEADM);
});
afterEach(endAll);
afterAll(() => plane.stop());

function check(kubeconfig: string, ...args: string[]): Promise<Finished> {
  return new Portolan(["check", "-from-cluster", "-kubeconfig", kubeconfig, ...args]).finished;
}

it("a cluster is audited as its objects in a file are", async () => {
  const { code, stdout, stderr } = await check(plane.kubeconfig());
  expect(stderr.split("\n")).toEqual([
    expect.stringMatching(
      /^\[WARNING\] kube-system\/deployment\/coredns:1: Deployment "coredns" is made by kubeadm: /,
    ),
    '[INFO] kube-system/deployment/coredns:1: Deployment "coredns": CoreDNS 1.14 runs, and Portolan does what 1.15 does (other-version)',
    '[INFO] kube-system/service/kube-dns:1: Service "kube-dns": its selector "k8s-app=kube-dns" finds Portolan\'s pods (same)',
    "",
  ]);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^kubeconfig ".*", context "test", at "https:.*": ok, 1 server block\n$/),
  ]);
  expect((await check(plane.kubeconfig(), "-strict")).code).toBe(1);
});

it("a right that is missing is told once, and the rest is audited", async () => {
  const configMaps = [{ apiGroups: [""], resources: ["configmaps", "services"], verbs: ["get"] }];
  await allow(plane.client(), READER.name, configMaps);
  const { code, stderr, stdout } = await check(plane.kubeconfig(READER));
  expect(stderr.split("\n").toSorted()).toEqual([
    "",
    ...["daemonsets", "deployments", "services"].map((resource) => {
      return `[WARNING] kube-system:1: Cannot look at ${resource} of namespace "kube-system": user "reader" may not read them (missing-right)`;
    }),
  ]);
  expect([code, stdout]).toEqual([
    2,
    expect.stringContaining(": ok as far as it could be read, 1 server block\n"),
  ]);
});

it("a mistake in the Corefile is told at its line, also to programs", async () => {
  const broken = KUBEADM.split("---\n")[0]?.replace("loadbalance", "loadbalanc") ?? "";
  await loadManifests(plane.client(), broken);
  const { code, stdout } = await check(plane.kubeconfig(), "-format", "json");
  expect([code, JSON.parse(stdout)]).toMatchObject([
    1,
    {
      errors: 1,
      findings: [{ file: "kube-system/configmap/coredns/Corefile", line: 22 }, {}, {}, {}],
    },
  ]);
});

it.each([
  [
    ["-namespace", "nowhere"],
    1,
    'nowhere:1: Cannot check: there is no CoreDNS in namespace "nowhere", or no such namespace; name another one with -namespace\n',
  ],
  [["-n", "No"], 1, 'Cannot use namespace "No": it is no name of one\n'],
  [
    ["-context", "prod"],
    2,
    /^cluster:1: Cannot use kubeconfig ".*": it has no context "prod"; it has "test"\n$/,
  ],
])("%j: one line says what is wrong", async (args, code, expected) => {
  const finished = await check(plane.kubeconfig(), ...args);
  expect(finished).toMatchObject({ code, stdout: "" });
  expect(finished.stderr).toMatch(expected);
});

it("one line says that the cluster is away, or does not know who asks", async () => {
  const away = plane.kubeconfig(undefined, { server: "https://127.0.0.1:1" });
  expect(await check(away)).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^cluster:1: Cannot connect to "https:\/\/127.0.0.1:1": .*\n$/),
  });
  const stranger = await check(plane.kubeconfig({ token: "nobody" }));
  expect(stranger).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^cluster:1: Cannot read the cluster: the API server does not know who asks: 401 Unauthorized.*\n$/,
    ),
  });
  const empty = join(plane.folder, "empty");
  writeFileSync(empty, "");
  expect((await check(empty)).stderr).toBe(
    `cluster:1: Cannot read kubeconfig "${empty}": it holds no mapping\n`,
  );
});
