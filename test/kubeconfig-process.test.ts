import { afterEach, expect, it } from "vitest";
import { CredentialsFolder } from "../src/kube/api/access/testing.ts";
import { bundled, endAll, Portolan } from "./run-portolan.ts";

/** The bundled one: `build.ts` leaves out what it should never call. */
const PROGRAM = bundled("kubeconfig-process.js");

afterEach(endAll);

async function ask(file: string): Promise<unknown> {
  const { child, finished } = new Portolan([], PROGRAM);
  child.stdin?.end(JSON.stringify({ file }));
  const { stdout, stderr } = await finished;
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

it("makes credentials of a kubeconfig with a plugin and a proxy", async () => {
  using folder = new CredentialsFolder();
  const credential = JSON.stringify({ status: { token: "abc" } });
  folder.writeProgram("login", `console.log(${JSON.stringify(credential)})`);
  const cluster = { server: "http://10.0.0.1:8080", "proxy-url": "socks5://proxy:1080" };
  const file = folder.writeKubeconfig(cluster, { exec: { command: "./login" } });
  expect(await ask(file)).toEqual({
    context: "dev",
    server: "http://10.0.0.1:8080/",
    proxy: "socks5://proxy:1080",
    credentials: { token: "abc", headers: {} },
  });
});

it("says what is wrong with one", async () => {
  expect(await ask("/no/such")).toEqual({
    error: 'Cannot read kubeconfig "/no/such": no such file',
  });
});
