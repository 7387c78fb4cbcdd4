/** Where an API server is, and who to be there. */
export interface ApiCredentials {
  /** `https://10.96.0.1:443`; a path in it goes in front of all paths. */
  readonly url: URL;
  /** Certificates to trust, PEM; the system's if undefined. */
  readonly ca?: string | Buffer;
  /** Client certificate and its key, PEM. */
  readonly certificate?: string | Buffer;
  readonly key?: string | Buffer;
  /** Of `Authorization: Bearer`. */
  readonly token?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  /** Name to ask for and to check in the server's certificate, if not the URL's host. */
  readonly serverName?: string;
  /** Trusts any certificate, as a kubeconfig may ask. */
  readonly skipVerify?: boolean;
  /** An HTTP proxy to go through by CONNECT. */
  readonly proxy?: URL;
  /** Headers that a kubeconfig asks for (impersonation); a list is sent as several lines. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Whether it may be at the end of a slow line: the objects there are are then asked for compressed. */
  readonly isFar?: boolean;
  /** From when on the token or certificate is worth nothing, if known; Unix time in milliseconds. */
  readonly expiresAtMs?: number;
}

/** One way to an API server: a service account, a kubeconfig, an endpoint with certificates. */
export interface ApiAccess {
  /** For messages: `kubeconfig "/home/a/.kube/config", context "dev"`. */
  readonly description: string;
  /** For how long what was read is used without a look whether files have been replaced. */
  readonly freshMs?: number;
  /**
   * Reads files and runs helpers anew: tokens rotate, and so do certificates.
   * @throws {AccessError} that says what is wrong and what to do about it.
   * @param signal ends what is being run; the promise then rejects
   */
  read(signal?: AbortSignal): Promise<ApiCredentials>;
}

/** There are no credentials to be had; the message says which file, and what to do. */
export class AccessError extends Error {
  override readonly name = "AccessError";
}
