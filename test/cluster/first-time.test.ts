import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readDocument } from "../documents/readme.ts";
import { ROOT } from "../run-portolan.ts";
import { namespaceOf, serviceOf } from "./cluster-objects.ts";
import { ControlPlane } from "./control-plane.ts";
import { loadManifests } from "./load-manifests.ts";

/** A selector with a slip. */
const BROKEN = `apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: None, selector: {app: postgers}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db-0, namespace: shop, labels: {app: postgres}}
spec: {containers: [{name: a, image: a}]}
status: {phase: Running, podIP: 10.1.0.1, podIPs: [{ip: 10.1.0.1}]}
`;

/** The home of somebody who has a kubeconfig, and has just read the README. */
let home: string;
let plane: ControlPlane;

beforeAll(async () => {
  plane = await ControlPlane.start();
  const client = plane.client();
  await client.create(namespaceOf("shop"));
  await client.create(serviceOf({ namespace: "shop", name: "web" }, "10.96.20.1"));
  await loadManifests(client, BROKEN);
  home = mkdtempSync(join(tmpdir(), "portolan-home-"));
  mkdirSync(join(home, ".kube"));
  copyFileSync(plane.kubeconfig(), join(home, ".kube/config"));
});
afterAll(async () => {
  rmSync(home, { recursive: true });
  await plane.stop();
});

/** The Corefile of the README that names a kubeconfig, letter by letter. */
function corefileOfReadme(): string {
  const blocks = [...readDocument("README.md").matchAll(/```corefile\n(.*?)```/gs)];
  const found = blocks.find(([, text = ""]) => text.includes("kubeconfig ~/.kube/config"));
  return found?.[1] ?? "";
}

function commandsOfReadme(): string[] {
  const lines = readDocument("README.md").matchAll(
    /^npm start -- explain (\S+.* -conf Corefile)$/gm,
  );
  return [...lines].map(([, words = ""]) => words);
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** In the checkout, whose working files stay as they are: the Corefile is the one at home. */
function start(words: string): Promise<Ran> {
  const given = words.replace("Corefile", join(home, "Corefile")).split(" ");
  const args = ["start", "--silent", "--", "explain", ...given];
  const env = { PATH: process.env.PATH, HOME: home, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile("npm", args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

it("by the README alone, one command leads from a broken Service to its cause", async () => {
  writeFileSync(join(home, "Corefile"), corefileOfReadme());
  const commands = commandsOfReadme();
  expect(commands).toEqual(["db.shop -conf Corefile"]);
  const { code, stdout } = await start(commands[0] ?? "");
  expect(code).toBe(2);
  const [first, ...others] = stdout.split("\n");
  expect(first).toBe("failing [selector-matches-no-pod]");
  expect(others.join(" ")).toMatch(
    /^The name has no address: the selector "app=postgers" of Service "db" of namespace "shop" matches no pod: did you mean "app=postgres"\?/,
  );
});

it("and the next one from a misspelt name", async () => {
  const { code, stdout } = await start("wbe.shop -conf Corefile");
  expect(code).toBe(2);
  expect(stdout).toContain('Namespace "shop" has no Service "wbe": did you mean "web"?');
});
