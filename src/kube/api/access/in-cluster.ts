import { hostPort } from "../../../net/host-port.ts";
import { join } from "node:path";
import type { ApiAccess, ApiCredentials } from "../access.ts";
import { AccessError } from "../access.ts";
import { readPemFile, readTokenFile } from "./credential-file.ts";
import { chooseProxy } from "./proxy-choice.ts";
import type { Environment } from "./proxy-choice.ts";

/** Where the kubelet puts the token and the certificate of a pod's service account. */
const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

const OTHER_WAYS = 'use "kubeconfig FILE", "endpoint URL" or "manifests PATH"';
const NO_ACCOUNT = 'is the pod\'s "automountServiceAccountToken" false?';

/** The API server of the cluster that this process is a pod of, by its service account. */
export class InClusterAccess implements ApiAccess {
  readonly description = "service account";
  readonly freshMs = 60_000;
  readonly #environment: Environment;
  readonly #folder: string;

  constructor(environment: Environment = process.env, folder: string = FOLDER) {
    this.#environment = environment;
    this.#folder = folder;
  }

  /** The kubelet replaces the token long before it expires. */
  async read(): Promise<ApiCredentials> {
    const url = serverUrl(this.#environment);
    const token = join(this.#folder, "token");
    const ca = join(this.#folder, "ca.crt");
    const proxy = chooseProxy(url, this.#environment);
    return {
      url,
      token: await readTokenFile("service account token", token, NO_ACCOUNT),
      ca: await readPemFile("service account's certificate authority", ca, NO_ACCOUNT),
      ...(proxy ? { proxy } : {}),
    };
  }
}

function serverUrl(environment: Environment): URL {
  const host = environment["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = environment["KUBERNETES_SERVICE_PORT"] ?? "";
  if (host === "") throw notInPod("KUBERNETES_SERVICE_HOST is not set");
  if (port === "") throw notInPod("KUBERNETES_SERVICE_PORT is not set");
  const text = `https://${hostPort(host, port)}`;
  if (URL.canParse(text)) return new URL(text);
  throw new AccessError(
    `Cannot find an API server: KUBERNETES_SERVICE_HOST "${host}" and KUBERNETES_SERVICE_PORT "${port}" make no URL`,
  );
}

function notInPod(reason: string): AccessError {
  return new AccessError(`Cannot find an API server: not in a pod (${reason}); ${OTHER_WAYS}`);
}
