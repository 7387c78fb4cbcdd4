import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { EndpointAccess } from "./endpoint-access.ts";
import { InClusterAccess } from "./in-cluster.ts";
import { KubeconfigAccess } from "./kubeconfig-access.ts";
import { expandHome, makeAccess } from "./make-access.ts";
import { CredentialsFolder, failureOf } from "./testing.ts";

it("reads the file, and then knows the context", async () => {
  using folder = new CredentialsFolder();
  const path = folder.writeKubeconfig({ server: "https://u:p@127.0.0.1:6443" });
  const access = new KubeconfigAccess({ path });
  expect(access.description).toBe(`kubeconfig "${path}"`);
  expect(await access.read()).toEqual({
    url: new URL("https://127.0.0.1:6443"),
    basic: { username: "u", password: "p" },
    headers: {},
  });
  expect(access.description).toBe(`kubeconfig "${path}", context "dev"`);
});

it("passes on what is wrong", async () => {
  using folder = new CredentialsFolder();
  const path = folder.writeKubeconfig({});
  const access = new KubeconfigAccess({ path, context: "prod" });
  expect(await failureOf(access.read())).toBe(
    `Cannot use kubeconfig "${path}": it has no context "prod"; it has "dev"`,
  );
});

it("takes the proxy of the file, else that of the environment", async () => {
  using folder = new CredentialsFolder();
  const server = "https://10.0.0.1:6443";
  const environment = { ...process.env, HTTPS_PROXY: "http://env:1" };
  const read = (cluster: object) =>
    new KubeconfigAccess({ path: folder.writeKubeconfig(cluster), environment }).read();
  const own = { server, "proxy-url": "http://own:1" };
  expect(await read(own)).toMatchObject({ proxy: new URL("http://own:1"), isFar: true });
  expect(await read({ server })).toMatchObject({ proxy: new URL("http://env:1") });
  expect(await failureOf(read({ server, "proxy-url": "socks5://own:1" }))).toMatch(
    /^Cannot use proxy "socks5:\/\/own:1" of kubeconfig ".*", context "dev": only http and https /,
  );
});

/** A kubeconfig with a plugin that connects to a port and then waits for ever. */
function writeHanging(folder: CredentialsFolder, port: number): string {
  const code = `require("node:net").connect(${port}, "127.0.0.1").on("error", () => {}).resume()`;
  const command = folder.writeProgram("login", `${code}; setInterval(() => {}, 1_000)`);
  return folder.writeKubeconfig({}, { exec: { command } });
}

it("ends an exec plugin when it is told to, and begins none after that", async () => {
  using folder = new CredentialsFolder();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const path = writeHanging(folder, (server.address() as AddressInfo).port);
  const stop = new AbortController();
  const failure = failureOf(new KubeconfigAccess({ path }).read(stop.signal));
  const [plugin] = (await once(server, "connection")) as [Socket];
  const ended = new Promise<void>((resolve) => {
    plugin.on("error", () => undefined).on("close", () => resolve());
  });
  stop.abort();
  expect(await failure).toBe(`Cannot use kubeconfig "${path}": it was stopped`);
  await ended;
  server.close();
  const again = new KubeconfigAccess({ path }).read(stop.signal);
  expect(await failureOf(again)).toContain("it was stopped");
});

it("waits no longer than it is told", async () => {
  using folder = new CredentialsFolder();
  const path = writeHanging(folder, 1);
  expect(await failureOf(new KubeconfigAccess({ path, timeoutMs: 50 }).read())).toBe(
    `Cannot use kubeconfig "${path}": no credentials within 50 ms`,
  );
});

it("says why its process could not run", async () => {
  using folder = new CredentialsFolder();
  const environment = { NODE_OPTIONS: "--no-such-option" };
  const path = folder.writeKubeconfig({}, { exec: { command: "login" } });
  const reading = new KubeconfigAccess({ path, environment }).read();
  expect(await failureOf(reading)).toMatch(/^Cannot use kubeconfig ".*": .*--no-such-option/);
});

it("is made of options", () => {
  const endpoint = new URL("https://api.example");
  expect(makeAccess({ kubeconfig: { path: "/x" } })).toBeInstanceOf(KubeconfigAccess);
  expect(makeAccess({ endpoint })).toBeInstanceOf(EndpointAccess);
  expect(makeAccess({})).toBeInstanceOf(InClusterAccess);
});

it("knows the user's home", () => {
  expect(expandHome("~/.kube/config")).toBe(join(homedir(), ".kube/config"));
  expect(["~", "~a/b", "./~/x"].map(expandHome)).toEqual(["~", "~a/b", "./~/x"]);
});
