import type { ApiCredentials } from "../access.ts";
import { AccessError } from "../access.ts";
import type { Fields } from "./kubeconfig-document.ts";
import { chooseContext, string } from "./kubeconfig-document.ts";
import { readKubeconfig } from "./kubeconfig-files.ts";
import { impersonationHeaders, resolveExec, resolveFiles } from "./kubeconfig-user.ts";
import type { RenewedTokens } from "./renewed-tokens.ts";
import { withRenewed } from "./renewed-tokens.ts";

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

/** A context with what its files hold, before anybody has logged in. */
export interface KubeconfigParts {
  readonly context: string;
  readonly server: string;
  readonly cluster: Fields;
  readonly user: Fields;
  /** The user with the newest tokens that are known, and as the file has it. */
  readonly known: Fields;
  readonly written: Fields;
  /** Of impersonation, without the user's name. */
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/**
 * Reads a kubeconfig anew, and hands its context on.
 * @throws {AccessError} that names file and context, also for what `use` finds wrong
 */
export async function withParts<T>(
  request: KubeconfigRequest,
  use: (parts: KubeconfigParts) => T | Promise<T>,
): Promise<T> {
  const { file } = request;
  const chosen = chooseContext(file, await readKubeconfig(file), request.context);
  const { context } = chosen;
  const { file: userFile, fields: written } = chosen.user;
  try {
    const cluster = await resolveFiles(chosen.cluster.file, chosen.cluster.fields);
    const server = serverOf(cluster);
    const known = withRenewed(written, request.renewed);
    const user = resolveExec(userFile, await resolveFiles(userFile, known), cluster);
    const headers = impersonationHeaders(user);
    return await use({ context, server, cluster, user, known, written, headers });
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    const place = `kubeconfig "${file}", context "${context}"`;
    throw new AccessError(`Cannot use ${place}: ${error.message}`, { cause: error });
  }
}

/** @param credentials of the user, with headers of their own */
export function answerOf(
  { context, server, cluster, headers }: KubeconfigParts,
  credentials: KubeconfigAnswer["credentials"],
): KubeconfigAnswer {
  return {
    context,
    server,
    proxy: string(cluster["proxy-url"]),
    credentials: { ...credentials, headers: { ...headers, ...credentials.headers } },
  };
}

/**
 * What no user may be.
 * @throws {AccessError}
 */
export function checkCredentials(credentials: KubeconfigAnswer["credentials"]): void {
  const { token, basic, certificate, key } = credentials;
  if (token && basic) throw new AccessError("its user has both a token and a user name");
  if (certificate && !key) throw new AccessError("a client certificate needs a key");
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
