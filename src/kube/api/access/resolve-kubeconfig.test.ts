import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { CERTIFICATE, CERTIFICATE_KEY } from "../../../testing/certificate.ts";
import { resolvePlainly } from "./plain-kubeconfig.ts";
import { resolveKubeconfig } from "./resolve-kubeconfig.ts";
import { CredentialsFolder, failureOf } from "./testing.ts";

const DATA = Buffer.from(CERTIFICATE).toString("base64");
const KEY_DATA = Buffer.from(CERTIFICATE_KEY).toString("base64");

/** Credentials of a cluster and a user. */
async function credentialsOf(folder: CredentialsFolder, cluster: object, user?: object) {
  const file = folder.writeKubeconfig(cluster, user);
  return (await resolved(file)).credentials;
}

/** Who needs no client-node gets the same without it. */
async function resolved(file: string) {
  const [whole, plain] = [await resolveKubeconfig({ file }), await resolvePlainly({ file })];
  expect(plain ?? whole).toEqual(whole);
  return whole;
}

/** Why there are no credentials of a cluster and a user, without file and context. */
async function reasonOf(folder: CredentialsFolder, cluster: object, user?: object) {
  const file = folder.writeKubeconfig(cluster, user);
  const message = await failureOf(resolveKubeconfig({ file }));
  const plain = await resolvePlainly({ file }).catch((error: Error) => error.message);
  expect(plain ?? message).toBe(message);
  const start = `Cannot use kubeconfig "${file}", context "dev": `;
  expect(message.slice(0, start.length)).toBe(start);
  return message.slice(start.length);
}

describe("a cluster", () => {
  it("has server, proxy, certificate authority, server name", async () => {
    using folder = new CredentialsFolder();
    const file = folder.writeKubeconfig({
      server: "https://api.example:6443/base",
      "proxy-url": "http://proxy:3128",
      "certificate-authority-data": DATA,
      "tls-server-name": "kubernetes.default",
    });
    expect(await resolved(file)).toEqual({
      context: "dev",
      server: "https://api.example:6443/base",
      proxy: "http://proxy:3128",
      credentials: { ca: CERTIFICATE, serverName: "kubernetes.default", headers: {} },
    });
  });

  it("may ask to trust any certificate", async () => {
    using folder = new CredentialsFolder();
    const cluster = { "insecure-skip-tls-verify": true };
    expect(await credentialsOf(folder, cluster)).toMatchObject({ skipVerify: true });
  });

  it.each([
    [{ server: "http://10.0.0.1:8080" }, "http://10.0.0.1:8080/"],
    [{ server: "10.0.0.1:8080" }, "http://10.0.0.1:8080/"],
    [{ server: "10.0.0.1:6443", "certificate-authority-data": DATA }, "https://10.0.0.1:6443/"],
  ])("%j is at %s", async (cluster, server) => {
    using folder = new CredentialsFolder();
    const file = folder.writeKubeconfig(cluster);
    expect(await resolved(file)).toMatchObject({ server });
  });

  it.each([
    [{ server: undefined }, "its cluster has no server"],
    [{ server: "ftp://x" }, 'server "ftp://x" is not a URL such as "https://10.0.0.1:6443"'],
    [
      { "certificate-authority-data": "abc" },
      'Cannot use "certificate-authority-data": it is not PEM in base64',
    ],
  ])("with %j is of no use", async (cluster, reason) => {
    using folder = new CredentialsFolder();
    expect(await reasonOf(folder, cluster)).toBe(reason);
  });
});

describe("files", () => {
  it("are relative to the kubeconfig, and data comes first", async () => {
    using folder = new CredentialsFolder();
    folder.write("pki/ca.crt", CERTIFICATE);
    folder.write("client.crt", CERTIFICATE);
    const key = folder.write("client.key", CERTIFICATE_KEY);
    const cluster = { "certificate-authority": "pki/ca.crt" };
    const user = { "client-certificate": "client.crt", "client-key": key };
    const expected = { ca: CERTIFICATE, certificate: CERTIFICATE, key: CERTIFICATE_KEY };
    expect(await credentialsOf(folder, cluster, user)).toMatchObject(expected);
    const both = { ...user, "client-key-data": KEY_DATA, "client-key": "none" };
    expect(await credentialsOf(folder, cluster, both)).toMatchObject(expected);
  });

  it.each([
    [{ "client-certificate": "none" }, /^Cannot read client certificate ".*\/none": no such file$/],
    [{ "client-key": "/" }, /^Cannot read client key "\/": is a folder$/],
    [{ tokenFile: "none" }, /^Cannot read token file ".*\/none": no such file$/],
    [{ "client-certificate": "config" }, /^Cannot use client certificate ".*": it is not PEM$/],
    [{ "client-certificate-data": DATA }, /^a client certificate needs a key$/],
  ])("%j is of no use", async (user, reason) => {
    using folder = new CredentialsFolder();
    expect(await reasonOf(folder, {}, user)).toMatch(reason);
  });
});

describe("a user", () => {
  it("has a token, or a file of one, which comes first", async () => {
    using folder = new CredentialsFolder();
    expect(await credentialsOf(folder, {}, { token: "abc" })).toMatchObject({ token: "abc" });
    folder.write("token", "newer\n");
    const user = { token: "abc", tokenFile: "token" };
    expect(await credentialsOf(folder, {}, user)).toMatchObject({ token: "newer" });
  });

  it("has a name and a password", async () => {
    using folder = new CredentialsFolder();
    const user = { username: "admin", password: "a:b" };
    expect(await credentialsOf(folder, {}, user)).toMatchObject({
      basic: { username: "admin", password: "a:b" },
    });
    const reason = await reasonOf(folder, {}, { ...user, token: "abc" });
    expect(reason).toBe("its user has both a token and a user name");
  });

  it("may act as another", async () => {
    using folder = new CredentialsFolder();
    const user = {
      token: "abc",
      as: "dns",
      "as-uid": "7",
      "as-groups": ["a", "b"],
      "as-user-extra": { "Example.com/Scope": ["x"] },
    };
    expect(await credentialsOf(folder, {}, user)).toEqual({
      token: "abc",
      headers: {
        "Impersonate-User": "dns",
        "Impersonate-Uid": "7",
        "Impersonate-Group": ["a", "b"],
        "Impersonate-Extra-example.com%2Fscope": ["x"],
      },
    });
    const nameless = await reasonOf(folder, {}, { "as-groups": ["a"] });
    expect(nameless).toBe('Cannot impersonate: "as" names no user');
  });
});

it.each([
  [{}, true],
  [{ token: "abc" }, true],
  [{ username: "admin", password: "b" }, true],
  [{ "client-certificate-data": DATA, "client-key-data": KEY_DATA }, true],
  [{ token: 123 }, false],
  [{ exec: { command: "login" } }, false],
  [{ "auth-provider": { name: "oidc" } }, false],
])("a user with %j takes no client-node: %s", async (user, isPlain) => {
  using folder = new CredentialsFolder();
  const answer = await resolvePlainly({ file: folder.writeKubeconfig({}, user) });
  expect(answer !== undefined).toBe(isPlain);
});

describe("an exec plugin", () => {
  const print = (status: string) =>
    `console.log(JSON.stringify({ kind: "ExecCredential", status: ${status} }))`;

  it("gives a token, and says until when", async () => {
    using folder = new CredentialsFolder();
    const code = print(
      "{ token: process.argv.slice(2).join() + process.env.SUFFIX, expirationTimestamp: '2030-01-01T00:00:00Z' }",
    );
    folder.writeProgram("bin/login", code);
    const exec = { command: "bin/login", args: ["a", "b"], env: [{ name: "SUFFIX", value: "!" }] };
    expect(await credentialsOf(folder, {}, { exec })).toMatchObject({
      token: "a,b!",
      expiresAtMs: Date.UTC(2030, 0, 1),
    });
  });

  it("gives a certificate and a key", async () => {
    using folder = new CredentialsFolder();
    const status = { clientCertificateData: CERTIFICATE, clientKeyData: CERTIFICATE_KEY };
    const command = folder.writeProgram("login", print(JSON.stringify(status)));
    const credentials = await credentialsOf(folder, {}, { exec: { command } });
    expect(credentials).toEqual({ certificate: CERTIFICATE, key: CERTIFICATE_KEY, headers: {} });
  });

  it("is told which API it speaks to, and of the cluster if it wants", async () => {
    using folder = new CredentialsFolder();
    const command = folder.writeProgram(
      "login",
      print("{ token: process.env.KUBERNETES_EXEC_INFO }"),
    );
    const apiVersion = "client.authentication.k8s.io/v1";
    const exec = { apiVersion, command, interactiveMode: "IfAvailable" };
    const extension = { audience: "x" };
    const cluster = {
      "certificate-authority-data": DATA,
      extensions: [{ name: "client.authentication.k8s.io/exec", extension }],
    };
    const infoOf = async (user: object): Promise<unknown> =>
      JSON.parse((await credentialsOf(folder, cluster, user)).token ?? "");
    expect(await infoOf({ exec })).toEqual({
      apiVersion,
      kind: "ExecCredential",
      spec: { interactive: false },
    });
    expect(await infoOf({ exec: { ...exec, provideClusterInfo: true } })).toMatchObject({
      spec: {
        cluster: {
          server: "https://127.0.0.1:6443",
          "certificate-authority-data": DATA,
          config: extension,
        },
      },
    });
  });

  it("is not asked where the user has a token", async () => {
    using folder = new CredentialsFolder();
    const user = { token: "abc", exec: { command: "/none" } };
    expect(await credentialsOf(folder, {}, user)).toMatchObject({ token: "abc" });
  });

  it.each([
    ["process.stderr.write('log in\\n\\u001b[31mfirst'); process.exit(3)", "log in [31mfirst"],
    ["process.stderr.write('x'.repeat(1e5)); process.exitCode = 1", `${"x".repeat(300)}...`],
    ["process.exit(1)", "it printed no reason"],
    ["console.log('hello')", "it printed no JSON"],
    ["console.log('{}')", "it printed no ExecCredential with a status"],
    [print("{}"), "it gave neither a token nor a certificate"],
  ])("that does %j says so", async (code, reason) => {
    using folder = new CredentialsFolder();
    const command = folder.writeProgram("login", code);
    const whole = await reasonOf(folder, {}, { exec: { command } });
    expect(whole).toBe(`exec plugin "${command}" failed: ${reason}`);
  });

  it("that cannot be run says so, and where it comes from", async () => {
    using folder = new CredentialsFolder();
    const failure = (exec: object) => reasonOf(folder, {}, { exec });
    const command = "no-such-plugin";
    expect(await failure({ command })).toBe(
      'exec plugin "no-such-plugin" failed: no such command; install it or give its path',
    );
    expect(await failure({ command, installHint: "Get it\nfrom here" })).toBe(
      'exec plugin "no-such-plugin" failed: no such command; Get it from here',
    );
    const file = folder.write("file", "");
    expect(await failure({ command: file })).toBe(
      `exec plugin "${file}" failed: cannot run it: EACCES`,
    );
    expect(await failure({})).toBe("Cannot run an exec plugin: it has no command");
    expect(await failure({ command, interactiveMode: "Always" })).toBe(
      'Cannot run exec plugin "no-such-plugin": it wants a terminal (interactiveMode: Always)',
    );
  });
});

describe("an OpenID provider", () => {
  const servers = new Set<Server>();
  afterEach(() => {
    for (const server of servers) server.close().closeAllConnections();
    servers.clear();
  });

  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  /** Unsigned; nobody on this side looks at the signature. */
  const idToken = (expiresAtSeconds: number, issuer = ""): string => {
    const claims = { iss: issuer, aud: "portolan", sub: "me", iat: 1, exp: expiresAtSeconds };
    return `${part({ alg: "RS256" })}.${part(claims)}.c2ln`;
  };
  const LATER = 4_000_000_000;

  /** A provider that takes each refresh token once: `r0` first, then `r1`. */
  async function startProvider(): Promise<string> {
    let issued = 0;
    const server = createServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY });
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      response.setHeader("content-type", "application/json");
      if (request.url?.includes(".well-known")) {
        response.end(JSON.stringify({ issuer, token_endpoint: `${issuer}/token` }));
        return;
      }
      const form = new URLSearchParams(await text(request));
      if (form.get("refresh_token") !== `r${issued}`) {
        response.writeHead(400).end(JSON.stringify({ error: "invalid_grant" }));
        return;
      }
      issued++;
      response.end(
        JSON.stringify({
          access_token: "x",
          token_type: "bearer",
          expires_in: 60,
          id_token: idToken(issued === 1 ? Math.floor(Date.now() / 1000) - 5 : LATER, issuer),
          refresh_token: `r${issued}`,
        }),
      );
    };
    server.on("request", (request, response) => void answer(request, response));
    servers.add(server);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const issuer = `https://localhost:${(server.address() as AddressInfo).port}`;
    return issuer;
  }

  const user = (config: object): object => ({ "auth-provider": { name: "oidc", config } });

  it("gives the token of the file as long as it is good", async () => {
    using folder = new CredentialsFolder();
    const token = idToken(LATER);
    const credentials = await credentialsOf(folder, {}, user({ "id-token": token }));
    expect(credentials).toMatchObject({ token, expiresAtMs: LATER * 1000 });
  });

  it("renews a token, and goes on with what it was given last", async () => {
    using folder = new CredentialsFolder();
    const file = folder.writeKubeconfig(
      {},
      user({
        "id-token": idToken(1),
        "refresh-token": "r0",
        "client-id": "portolan",
        "idp-issuer-url": await startProvider(),
        "idp-certificate-authority-data": DATA,
      }),
    );
    const first = await resolveKubeconfig({ file });
    expect(first.renewed).toMatchObject({ fileToken: "r0", refreshToken: "r1" });
    // The first of the provider's tokens has expired already.
    const second = await resolveKubeconfig({ file, renewed: first.renewed! });
    expect(second).toMatchObject({
      credentials: { expiresAtMs: LATER * 1000 },
      renewed: { fileToken: "r0", refreshToken: "r2" },
    });
    const third = await resolveKubeconfig({ file, renewed: second.renewed! });
    expect(third).toEqual(second);
  });

  it("is not asked with tokens of before, once somebody has logged in again", async () => {
    using folder = new CredentialsFolder();
    const token = idToken(LATER);
    const file = folder.writeKubeconfig({}, user({ "id-token": token, "refresh-token": "new" }));
    const renewed = { fileToken: "old", idToken: idToken(LATER + 1), refreshToken: "old" };
    const answer = await resolveKubeconfig({ file, renewed });
    expect(answer.credentials).toMatchObject({ token });
    expect(answer).not.toHaveProperty("renewed");
  });

  it("that refuses, or cannot be asked, says so", async () => {
    using folder = new CredentialsFolder();
    const config = {
      "id-token": idToken(1),
      "refresh-token": "stolen",
      "client-id": "portolan",
      "idp-issuer-url": await startProvider(),
    };
    const distrusted = await reasonOf(folder, {}, user(config));
    expect(distrusted).toMatch(/^auth provider "oidc" failed: .*self-signed certificate/);
    const trusted = { ...config, "idp-certificate-authority-data": DATA };
    expect(await reasonOf(folder, {}, user(trusted))).toMatch(/^auth provider "oidc" failed: ./);
    const unrenewable = await reasonOf(folder, {}, user({ "id-token": idToken(1) }));
    expect(unrenewable).toMatch(/^auth provider "oidc" failed: it gave no token: .* log in again$/);
  });

  it("of another kind is not known", async () => {
    using folder = new CredentialsFolder();
    const other = { "auth-provider": { name: "openstack", config: {} } };
    expect(await reasonOf(folder, {}, other)).toMatch(/^auth provider "openstack" failed: /);
  });
});

it("reads the file anew each time", async () => {
  using folder = new CredentialsFolder();
  const file = folder.writeKubeconfig({}, { token: "first" });
  expect(await resolveKubeconfig({ file })).toMatchObject({ credentials: { token: "first" } });
  folder.writeKubeconfig({}, { token: "second" });
  expect(await resolveKubeconfig({ file })).toMatchObject({ credentials: { token: "second" } });
});

it("says when the file is not there", async () => {
  using folder = new CredentialsFolder();
  const file = join(folder.path, "none");
  expect(await failureOf(resolveKubeconfig({ file }))).toBe(
    `Cannot read kubeconfig "${file}": no such file`,
  );
  writeFileSync(file, "a: [");
  expect(await failureOf(resolveKubeconfig({ file }))).toMatch(/": not YAML: .*line 1/);
});
