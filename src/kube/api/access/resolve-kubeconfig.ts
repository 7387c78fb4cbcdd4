import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { ExecAuth } from "@kubernetes/client-node/dist/exec_auth.js";
import { OpenIDConnectAuth } from "@kubernetes/client-node/dist/oidc_auth.js";
import type { ApiCredentials } from "../access.ts";
import { AccessError } from "../access.ts";
import { prepareOpenId } from "./open-id.ts";
import { pluginFailure } from "./credential-plugin.ts";
import type { Credential } from "@kubernetes/client-node/dist/exec_auth.js";
import type { Fields } from "./kubeconfig-document.ts";
import { chooseContext, isFields, string } from "./kubeconfig-document.ts";
import { readKubeconfig } from "./kubeconfig-files.ts";
import type { RenewedTokens } from "./renewed-tokens.ts";
import { renewedTokens, withRenewed } from "./renewed-tokens.ts";
import { impersonationHeaders, resolveExec, resolveFiles } from "./kubeconfig-user.ts";

/** The name that the only user goes by within client-node. */
const USER = "user";

const NO_TOKEN =
  "it gave no token: that of the file is missing or has expired and cannot be renewed; log in again";

export interface KubeconfigRequest {
  /** Or several, as `$KUBECONFIG` has them. */
  readonly file: string;
  /** The file's current context if undefined. */
  readonly context?: string;
  /** Of the answer before. */
  readonly renewed?: RenewedTokens;
}

/** Credentials without the choice of a proxy, fit for JSON. */
export interface KubeconfigAnswer {
  readonly context: string;
  readonly server: string;
  /** As the file has it; "" if it names none. */
  readonly proxy: string;
  readonly credentials: Omit<ApiCredentials, "url" | "proxy">;
  readonly renewed?: RenewedTokens;
}

/**
 * Reads a kubeconfig anew and lets client-node make credentials of it: that runs exec plugins
 * and renews tokens.
 * @throws {AccessError}
 */
export async function resolveKubeconfig(request: KubeconfigRequest): Promise<KubeconfigAnswer> {
  const { file } = request;
  const chosen = chooseContext(file, await readKubeconfig(file), request.context);
  const { context } = chosen;
  const { file: userFile, fields: userFields } = chosen.user;
  try {
    const cluster = await resolveFiles(chosen.cluster.file, chosen.cluster.fields);
    const server = serverOf(cluster);
    const known = withRenewed(userFields, request.renewed);
    const user = resolveExec(userFile, await resolveFiles(userFile, known), cluster);
    const headers = impersonationHeaders(user);
    const { credentials, config } = await authenticate({ context, cluster, user });
    const renewed = renewedTokens(config, known, userFields);
    return {
      context,
      server,
      proxy: string(cluster["proxy-url"]),
      credentials: { ...credentials, headers: { ...headers, ...credentials.headers } },
      ...(renewed ? { renewed } : {}),
    };
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    const place = `kubeconfig "${file}", context "${context}"`;
    throw new AccessError(`Cannot use ${place}: ${error.message}`, { cause: error });
  }
}

/** As kubectl does, adds the scheme: that of TLS where anything of TLS is set. */
function serverOf(cluster: Fields): string {
  const server = string(cluster["server"]);
  if (server === "") throw new AccessError("its cluster has no server");
  const isSecure = Boolean(
    cluster["certificate-authority-data"] || cluster["insecure-skip-tls-verify"],
  );
  const text = /^[a-z]+:\/\//i.test(server) ? server : `http${isSecure ? "s" : ""}://${server}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url.href;
  throw new AccessError(`server "${server}" is not a URL such as "https://10.0.0.1:6443"`);
}

interface Resolved {
  readonly context: string;
  readonly cluster: Fields;
  readonly user: Fields;
}

async function authenticate({
  context,
  cluster,
  user,
}: Resolved): Promise<{ credentials: KubeconfigAnswer["credentials"]; config: KubeConfig }> {
  const config = new KubeConfig();
  // client-node makes an agent, too, which nobody uses: that of https needs no proxy's package.
  const agentless = { ...cluster, server: "https://unused", "proxy-url": undefined };
  config.loadFromString(
    JSON.stringify({
      clusters: [{ name: "cluster", cluster: agentless }],
      users: [{ name: USER, user }],
      contexts: [{ name: context, context: { cluster: "cluster", user: USER } }],
      "current-context": context,
    }),
  );
  const options: RequestOptions = {};
  try {
    using _ = await prepareOpenId(config.getCurrentUser()?.authProvider);
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    if (error instanceof AccessError) throw error;
    throw pluginFailure(user, error);
  }
  const credentials = toCredentials(config, options);
  const { token, certificate, key } = credentials;
  if (isFields(user["exec"]) && !token && !certificate) {
    throw pluginFailure(user, "it gave neither a token nor a certificate");
  }
  if (isFields(user["auth-provider"]) && !token) throw pluginFailure(user, NO_TOKEN);
  if (certificate && !key) throw new AccessError("a client certificate needs a key");
  return { credentials: { ...credentials, ...expiry(config, token) }, config };
}

function toCredentials(
  config: KubeConfig,
  options: RequestOptions,
): KubeconfigAnswer["credentials"] {
  const { Authorization, ...headers } = (options.headers ?? {}) as Record<string, string>;
  const token = Authorization?.replace(/^Bearer /, "");
  const { username, password } = config.getCurrentUser() ?? {};
  if (token && username) throw new AccessError("its user has both a token and a user name");
  const entries = {
    ca: options.ca,
    certificate: options.cert,
    key: options.key,
    token,
    basic: username ? { username, password: password ?? "" } : undefined,
    serverName: options.servername,
    skipVerify: options.rejectUnauthorized === false ? true : undefined,
    headers,
  };
  // client-node reads certificates as buffers, which JSON would make lists of numbers.
  const texts = Object.entries(entries).map(([name, value]) => {
    return [name, Buffer.isBuffer(value) ? value.toString() : value];
  });
  return Object.fromEntries(texts.filter(([, value]) => value)) as KubeconfigAnswer["credentials"];
}

/** The one of an exec plugin is in client-node's cache only. */
function expiry(config: KubeConfig, token: string | undefined): { expiresAtMs?: number } {
  const authenticators = Reflect.get(config, "authenticators") as readonly unknown[] | undefined;
  const exec = authenticators?.find((item) => item instanceof ExecAuth);
  const cache = exec && (Reflect.get(exec, "tokenCache") as Record<string, Credential | undefined>);
  const timestamp = cache?.[USER]?.status.expirationTimestamp ?? "";
  const isOpenId = config.getCurrentUser()?.authProvider?.name === "oidc";
  const expiresAtMs = isOpenId
    ? OpenIDConnectAuth.expirationFromToken(token ?? "") * 1000
    : Date.parse(timestamp);
  return expiresAtMs > 0 ? { expiresAtMs } : {};
}
