import { expect, it } from "vitest";
import { CERTIFICATE, CERTIFICATE_KEY } from "../../../testing/certificate.ts";
import { EndpointAccess } from "./endpoint-access.ts";
import { CredentialsFolder, failureOf } from "./testing.ts";

const SERVER = new URL("https://10.0.0.1:6443/base");

it("trusts the system's certificates without files", async () => {
  const access = new EndpointAccess(SERVER, undefined, {});
  expect(access.description).toBe('endpoint "https://10.0.0.1:6443/base"');
  expect(await access.read()).toEqual({ url: SERVER });
});

it("reads the files anew each time", async () => {
  using folder = new CredentialsFolder();
  const files = {
    certificate: folder.write("tls.crt", CERTIFICATE),
    key: folder.write("tls.key", CERTIFICATE_KEY),
    ca: folder.write("ca.crt", CERTIFICATE),
  };
  const access = new EndpointAccess(SERVER, files, {});
  expect(await access.read()).toEqual({
    url: SERVER,
    certificate: CERTIFICATE,
    key: CERTIFICATE_KEY,
    ca: CERTIFICATE,
  });
  folder.write("tls.crt", `${CERTIFICATE}${CERTIFICATE}`);
  expect(await access.read()).toMatchObject({ certificate: CERTIFICATE + CERTIFICATE });
});

it("says which file cannot be read", async () => {
  using folder = new CredentialsFolder();
  const certificate = folder.write("tls.crt", CERTIFICATE);
  const missing = `${folder.path}/none`;
  const read = (key: string) =>
    new EndpointAccess(SERVER, { certificate, key, ca: missing }, {}).read();
  expect(await failureOf(read(missing))).toBe(`Cannot read client key "${missing}": no such file`);
  expect(await failureOf(read(folder.path))).toBe(
    `Cannot read client key "${folder.path}": is a folder`,
  );
  expect(await failureOf(read(certificate))).toBe(
    `Cannot read certificate authority "${missing}": no such file`,
  );
});

it("takes user and password out of the URL, and shows them to nobody", async () => {
  const access = new EndpointAccess(new URL("https://a%40b:p%25@10.0.0.1:6443"), undefined, {});
  expect(access.description).toBe('endpoint "https://10.0.0.1:6443/"');
  expect(await access.read()).toEqual({
    url: new URL("https://10.0.0.1:6443"),
    basic: { username: "a@b", password: "p%" },
  });
});

it("goes through the proxy of the environment", async () => {
  const access = new EndpointAccess(SERVER, undefined, { https_proxy: "proxy:3128" });
  expect(await access.read()).toMatchObject({ proxy: new URL("http://proxy:3128") });
});
