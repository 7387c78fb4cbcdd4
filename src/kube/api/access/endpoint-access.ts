import type { ApiAccess, ApiCredentials } from "../access.ts";
import { readPemFile } from "./credential-file.ts";
import { chooseProxy } from "./proxy-choice.ts";
import type { Environment } from "./proxy-choice.ts";
import { splitServerUrl } from "./server-url.ts";

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

/** An API server at a given URL, by a client certificate or by nothing. */
export class EndpointAccess implements ApiAccess {
  readonly description: string;
  readonly #server: Pick<ApiCredentials, "url" | "basic">;
  readonly #tls: TlsFiles | undefined;
  readonly #environment: Environment;

  constructor(url: URL, tls?: TlsFiles, environment: Environment = process.env) {
    this.#server = splitServerUrl(url);
    this.description = `endpoint "${this.#server.url.href}"`;
    this.#tls = tls;
    this.#environment = environment;
  }

  async read(): Promise<ApiCredentials> {
    const proxy = chooseProxy(this.#server.url, this.#environment);
    return {
      ...this.#server,
      ...(this.#tls ? await readTlsFiles(this.#tls) : {}),
      ...(proxy ? { proxy } : {}),
    };
  }
}

async function readTlsFiles(
  files: TlsFiles,
): Promise<Pick<ApiCredentials, "certificate" | "key" | "ca">> {
  return {
    certificate: await readPemFile("client certificate", files.certificate),
    key: await readPemFile("client key", files.key),
    ca: await readPemFile("certificate authority", files.ca),
  };
}
