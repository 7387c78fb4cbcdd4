import { expect, it } from "vitest";
import { CERTIFICATE } from "../../../testing/certificate.ts";
import { InClusterAccess } from "./in-cluster.ts";
import { CredentialsFolder, failureOf } from "./testing.ts";

const IN_POD = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };

class ServiceAccount extends CredentialsFolder {
  constructor() {
    super();
    this.write("token", "first\n");
    this.write("ca.crt", CERTIFICATE);
  }

  access(environment: Record<string, string> = IN_POD): InClusterAccess {
    return new InClusterAccess(environment, this.path);
  }
}

it("reads address, token and certificate", async () => {
  using account = new ServiceAccount();
  expect(await account.access().read()).toEqual({
    url: new URL("https://10.96.0.1:443"),
    token: "first",
    ca: CERTIFICATE,
  });
});

it("reads a token anew that has been replaced", async () => {
  using account = new ServiceAccount();
  const access = account.access();
  await access.read();
  account.write("token", "second");
  expect(await access.read()).toMatchObject({ token: "second" });
});

it("puts an IPv6 host in brackets", async () => {
  using account = new ServiceAccount();
  const access = account.access({ ...IN_POD, KUBERNETES_SERVICE_HOST: "fd00::1" });
  const { url } = await access.read();
  expect(url.origin).toBe("https://[fd00::1]");
});

it("goes through the proxy of the environment, unless it is told not to", async () => {
  using account = new ServiceAccount();
  const proxied = { ...IN_POD, HTTPS_PROXY: "http://proxy:3128" };
  expect(await account.access(proxied).read()).toMatchObject({
    proxy: new URL("http://proxy:3128"),
  });
  const direct = { ...proxied, NO_PROXY: "10.96.0.0/12" };
  expect(await account.access(direct).read()).not.toHaveProperty("proxy");
});

it("says outside of a pod what else there is", async () => {
  using account = new ServiceAccount();
  expect(await failureOf(account.access({}).read())).toBe(
    'Cannot find an API server: not in a pod (KUBERNETES_SERVICE_HOST is not set); use "kubeconfig FILE", "endpoint URL" or "manifests PATH"',
  );
  const portless = account.access({ KUBERNETES_SERVICE_HOST: "10.96.0.1" });
  expect(await failureOf(portless.read())).toContain("KUBERNETES_SERVICE_PORT is not set");
});

it("says when host and port make no URL", async () => {
  using account = new ServiceAccount();
  const access = account.access({ ...IN_POD, KUBERNETES_SERVICE_PORT: "https" });
  expect(await failureOf(access.read())).toBe(
    'Cannot find an API server: KUBERNETES_SERVICE_HOST "10.96.0.1" and KUBERNETES_SERVICE_PORT "https" make no URL',
  );
});

it("says which file of the service account is missing", async () => {
  using folder = new CredentialsFolder();
  const access = new InClusterAccess(IN_POD, folder.path);
  expect(await failureOf(access.read())).toBe(
    `Cannot read service account token "${folder.path}/token": no such file; is the pod's "automountServiceAccountToken" false?`,
  );
  folder.write("token", "abc");
  expect(await failureOf(access.read())).toMatch(/ "[^"]+\/ca.crt": no such file; /);
});

it("takes neither an empty token nor a certificate that is none", async () => {
  using account = new ServiceAccount();
  account.write("ca.crt", "abc");
  expect(await failureOf(account.access().read())).toMatch(/ca.crt": it is not PEM$/);
  account.write("token", "\n");
  expect(await failureOf(account.access().read())).toMatch(/token": it is empty$/);
});
