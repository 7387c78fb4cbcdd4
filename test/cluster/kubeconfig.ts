import { stringify } from "yaml";

export interface KubeconfigOptions {
  /** The API server's URL, or that of a proxy in front of it. */
  readonly server: string;
  /** PEM; put into the file itself. Without one, the system's certificates are trusted. */
  readonly ca?: string;
  /** Name of the context, which is the current one. */
  readonly context?: string;
  /** Fields of `user`: `{ token }`, `{ tokenFile }`, `{ exec }`. */
  readonly user: Readonly<Record<string, unknown>>;
}

/** The text of a kubeconfig with one cluster, one user and one context. */
export function kubeconfigText({ server, ca, context = "test", user }: KubeconfigOptions): string {
  const authority = ca === undefined ? {} : { "certificate-authority-data": base64(ca) };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "cluster", cluster: { server, ...authority } }],
    users: [{ name: "user", user }],
    contexts: [{ name: context, context: { cluster: "cluster", user: "user" } }],
    "current-context": context,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
