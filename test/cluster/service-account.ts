import type { KeyObject } from "node:crypto";
import { createSign } from "node:crypto";
import type { ApiClient } from "./api-client.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { referenceTo } from "./kubernetes-object.ts";

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** As the API server is told by `--service-account-issuer`; tokens of nobody else are taken. */
export const ISSUER = "https://kubernetes.default.svc";

/** The user name that RBAC knows a service account by. */
export function userOf({ namespace, name }: ServiceAccountName): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The API server's leeway for clocks that differ: a token is taken so long after its end. */
const LEEWAY_SECONDS = 60;
/** The shortest life that TokenRequest grants. */
const MIN_EXPIRATION_SECONDS = 600;

/**
 * A token from TokenRequest, as the kubelet gets it for a pod; the account is created if it is not there.
 * @param secret a Secret in the namespace that the token is bound to: once it is deleted, the token is worth nothing
 */
export async function requestToken(
  client: ApiClient,
  account: ServiceAccountName,
  secret?: string,
): Promise<string> {
  await client.apply(accountOf(account));
  const boundTo = { apiVersion: "v1", kind: "Secret", name: secret };
  const { status } = await client.post(referenceTo(accountOf(account)), "token", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {
      expirationSeconds: MIN_EXPIRATION_SECONDS,
      audiences: [ISSUER],
      ...(secret === undefined ? {} : { boundObjectRef: boundTo }),
    },
  });
  return (status as { token: string }).token;
}

/**
 * A token like those of TokenRequest, signed here with the API server's key, that is refused as expired
 * after so few seconds as a test can wait. The API server remembers a token that it took for ten seconds
 * more, unless it is started anew.
 */
export async function signToken(
  client: ApiClient,
  { namespace, name }: ServiceAccountName,
  key: KeyObject,
  lifeSeconds: number,
): Promise<string> {
  const { metadata } = await client.apply(accountOf({ namespace, name }));
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: [ISSUER],
    iss: ISSUER,
    sub: userOf({ namespace, name }),
    iat: now - MIN_EXPIRATION_SECONDS,
    nbf: now - MIN_EXPIRATION_SECONDS,
    exp: now - LEEWAY_SECONDS + lifeSeconds,
    "kubernetes.io": { namespace, serviceaccount: { name, uid: metadata.uid } },
  };
  const text = [{ alg: "RS256", typ: "JWT" }, claims].map(base64Url).join(".");
  const signature = createSign("RSA-SHA256").update(text).sign(key, "base64url");
  return `${text}.${signature}`;
}

function accountOf({ namespace, name }: ServiceAccountName): KubernetesObject {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name } };
}

function base64Url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
