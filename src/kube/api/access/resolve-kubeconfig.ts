import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { ExecAuth } from "@kubernetes/client-node/dist/exec_auth.js";
import { OpenIDConnectAuth } from "@kubernetes/client-node/dist/oidc_auth.js";
import { AccessError } from "../access.ts";
import { prepareOpenId } from "./open-id.ts";
import { pluginFailure } from "./credential-plugin.ts";
import type { Credential } from "@kubernetes/client-node/dist/exec_auth.js";
import { isFields } from "./kubeconfig-document.ts";
import type { KubeconfigAnswer, KubeconfigParts, KubeconfigRequest } from "./kubeconfig-parts.ts";
import { answerOf, checkCredentials, withParts } from "./kubeconfig-parts.ts";
import { renewedTokens } from "./renewed-tokens.ts";

/** The name that the only user goes by within client-node. */
const USER = "user";

const NO_TOKEN =
  "it gave no token: that of the file is missing or has expired and cannot be renewed; log in again";

/**
 * Reads a kubeconfig anew and lets client-node make credentials of it: that runs exec plugins
 * and renews tokens.
 * @throws {AccessError}
 */
export function resolveKubeconfig(request: KubeconfigRequest): Promise<KubeconfigAnswer> {
  return withParts(request, async (parts) => {
    const { credentials, config } = await authenticate(parts);
    const renewed = renewedTokens(config, parts.known, parts.written);
    return { ...answerOf(parts, credentials), ...(renewed ? { renewed } : {}) };
  });
}

async function authenticate({
  context,
  cluster,
  user,
}: KubeconfigParts): Promise<{ credentials: KubeconfigAnswer["credentials"]; config: KubeConfig }> {
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
  const { token, certificate } = credentials;
  if (isFields(user["exec"]) && !token && !certificate) {
    throw pluginFailure(user, "it gave neither a token nor a certificate");
  }
  if (isFields(user["auth-provider"]) && !token) throw pluginFailure(user, NO_TOKEN);
  checkCredentials(credentials);
  return { credentials: { ...credentials, ...expiry(config, token) }, config };
}

function toCredentials(
  config: KubeConfig,
  options: RequestOptions,
): KubeconfigAnswer["credentials"] {
  const { Authorization, ...headers } = (options.headers ?? {}) as Record<string, string>;
  const token = Authorization?.replace(/^Bearer /, "");
  const { username, password } = config.getCurrentUser() ?? {};
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
