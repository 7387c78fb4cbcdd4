import type { Fields } from "./kubeconfig-document.ts";
import { string } from "./kubeconfig-document.ts";
import type { KubeconfigAnswer, KubeconfigParts, KubeconfigRequest } from "./kubeconfig-parts.ts";
import { answerOf, checkCredentials, withParts } from "./kubeconfig-parts.ts";

/** What takes more than to read files; the last is a name that client-node knows. */
const NOT_PLAIN = ["exec", "auth-provider", "token-file"] as const;
/** What client-node makes texts of where it is none, as YAML takes a number for. */
const TEXTS = ["token", "username", "password", "as"] as const;

/**
 * Reads a kubeconfig anew, as `resolveKubeconfig` does, where nobody has to be asked for credentials: that takes
 * no client-node, and so no process.
 * @returns undefined for other users
 * @throws {AccessError}
 */
export function resolvePlainly(request: KubeconfigRequest): Promise<KubeconfigAnswer | undefined> {
  return withParts(request, (parts) => {
    if (!isPlain(parts.user)) return undefined;
    const credentials = credentialsOf(parts);
    checkCredentials(credentials);
    return answerOf(parts, credentials);
  });
}

function isPlain(user: Fields): boolean {
  const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
  return !NOT_PLAIN.some((field) => user[field]) && TEXTS.every((field) => isText(user[field]));
}

function credentialsOf({ cluster, user }: KubeconfigParts): KubeconfigAnswer["credentials"] {
  const username = string(user["username"]);
  const as = string(user["as"]);
  const entries = {
    ca: pem(cluster, "certificate-authority-data"),
    certificate: pem(user, "client-certificate-data"),
    key: pem(user, "client-key-data"),
    token: string(user["token"]),
    basic: username === "" ? undefined : { username, password: string(user["password"]) },
    serverName: string(cluster["tls-server-name"]),
    skipVerify: cluster["insecure-skip-tls-verify"] === true,
    headers: as === "" ? {} : { "Impersonate-User": as },
  };
  const set = Object.entries(entries).filter(([, value]) => value);
  return Object.fromEntries(set);
}

function pem(fields: Fields, name: string): string {
  return Buffer.from(string(fields[name]), "base64").toString();
}
