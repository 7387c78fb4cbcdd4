import { dirname, isAbsolute, join } from "node:path";
import { AccessError } from "../access.ts";
import { isPem, readPemFile, readTokenFile } from "./credential-file.ts";
import type { Fields } from "./kubeconfig-document.ts";
import { isFields, string } from "./kubeconfig-document.ts";

/** Where in a cluster the settings of an exec plugin are. */
const EXEC_EXTENSION = "client.authentication.k8s.io/exec";

/** A certificate or key: the field of its text in base64, the field of its path, its name. */
const PEM_FIELDS = [
  ["certificate-authority-data", "certificate-authority", "certificate authority"],
  ["client-certificate-data", "client-certificate", "client certificate"],
  ["client-key-data", "client-key", "client key"],
] as const;

/**
 * Makes of a cluster or user what kubectl makes of it where client-node does otherwise: paths are
 * relative to the file, data comes before files, and what cannot be read says so by name.
 * @throws {AccessError}
 */
export async function resolveFiles(file: string, fields: Fields): Promise<Fields> {
  const resolved: Record<string, unknown> = { ...fields };
  for (const [dataField, pathField, what] of PEM_FIELDS) {
    const data = string(fields[dataField]);
    const path = string(fields[pathField]);
    delete resolved[pathField];
    if (data !== "") checkData(dataField, data);
    else if (path !== "") {
      const pem = await readPemFile(what, resolvePath(file, path));
      resolved[dataField] = Buffer.from(pem).toString("base64");
    }
  }
  const tokenFile = string(fields["tokenFile"]);
  if (tokenFile === "") return resolved;
  return { ...resolved, token: await readTokenFile("token file", resolvePath(file, tokenFile)) };
}

function checkData(field: string, data: string): void {
  if (isPem(Buffer.from(data, "base64").toString("latin1"))) return;
  throw new AccessError(`Cannot use "${field}": it is not PEM in base64`);
}

function resolvePath(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/**
 * What an exec plugin is told besides its own settings, which client-node leaves out.
 * @throws {AccessError}
 */
export function resolveExec(file: string, user: Fields, cluster: Fields): Fields {
  const { exec } = user;
  if (!isFields(exec) || string(user["token"]) !== "") return { ...user, exec: undefined };
  const command = string(exec["command"]);
  if (command === "") throw new AccessError("Cannot run an exec plugin: it has no command");
  if (exec["interactiveMode"] === "Always") {
    throw new AccessError(
      `Cannot run exec plugin "${command}": it wants a terminal (interactiveMode: Always)`,
    );
  }
  const spec = {
    interactive: false,
    ...(exec["provideClusterInfo"] === true ? { cluster: clusterInfo(cluster) } : {}),
  };
  const info = { apiVersion: exec["apiVersion"], kind: "ExecCredential", spec };
  const env = Array.isArray(exec["env"]) ? exec["env"] : [];
  const told = { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) };
  const isPath = /[/\\]/.test(command);
  return {
    ...user,
    exec: {
      ...exec,
      command: isPath ? resolvePath(file, command) : command,
      env: [...env.filter(isFields), told],
    },
  };
}

/** `Cluster` of client.authentication.k8s.io/v1 */
function clusterInfo(cluster: Fields): Fields {
  const extensions = Array.isArray(cluster["extensions"]) ? cluster["extensions"] : [];
  const own = extensions.find((entry) => isFields(entry) && entry["name"] === EXEC_EXTENSION);
  const { server, ...rest } = cluster;
  return {
    server,
    "tls-server-name": rest["tls-server-name"],
    "insecure-skip-tls-verify": rest["insecure-skip-tls-verify"],
    "certificate-authority-data": rest["certificate-authority-data"],
    "proxy-url": rest["proxy-url"],
    config: isFields(own) ? own["extension"] : undefined,
  };
}

/** Headers of impersonation, of which client-node knows only the user's name. */
export function impersonationHeaders(user: Fields): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const uid = string(user["as-uid"]);
  const groups = strings(user["as-groups"]);
  if (uid !== "") headers["Impersonate-Uid"] = uid;
  if (groups.length > 0) headers["Impersonate-Group"] = groups;
  const extra = user["as-user-extra"];
  for (const [key, values] of Object.entries(isFields(extra) ? extra : {})) {
    // Keys may hold what a header's name may not (Kubernetes: percent-encoded, lower case).
    headers[`Impersonate-Extra-${encodeURIComponent(key.toLowerCase())}`] = strings(values);
  }
  const isAlone = Object.keys(headers).length > 0 && string(user["as"]) === "";
  if (isAlone) throw new AccessError(`Cannot impersonate: "as" names no user`);
  return headers;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
