import { readFile } from "node:fs/promises";
import type { SecureContext } from "node:tls";
import { createSecureContext } from "node:tls";
import { reasonOf } from "../../corefile/corefile-error.ts";
import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { EtcdOptions } from "./parse.ts";

/** What certificates are checked with, and ours; undefined where the system's do. */
export async function readTls(
  { tlsFiles = [] }: EtcdOptions,
  pathOf: (path: string) => string,
): Promise<SecureContext | undefined> {
  const [at] = tlsFiles;
  if (!at) return undefined;
  const contents = await Promise.all(tlsFiles.map((token) => readPem(token, pathOf)));
  const [cert, key] = contents.length > 1 ? contents : [];
  const ca = contents.length === 2 ? undefined : contents.at(-1);
  try {
    // Node takes a file without any for no authority at all: nobody could be believed then.
    if (ca?.includes("-----BEGIN CERTIFICATE-----") === false) throw new Error("no certificate");
    return createSecureContext({
      minVersion: "TLSv1.2",
      ...(cert && key ? { cert, key } : {}),
      ...(ca ? { ca } : {}),
    });
  } catch (cause) {
    const names = tlsFiles.map(({ text }) => `"${text}"`).join(" ");
    throw tokenError(at, `cannot use tls ${names}: ${reasonOf(cause)}`);
  }
}

/** Where to ask: what has no scheme is asked by TLS if there is `tls`. */
export function endpointUrls({ endpoints, tlsFiles }: EtcdOptions): URL[] {
  return endpoints.map(({ url, isSchemeless }) => {
    return isSchemeless && tlsFiles ? new URL(`https://${url.host}`) : url;
  });
}

async function readPem(token: Token, pathOf: (path: string) => string): Promise<Buffer> {
  const path = pathOf(token.text);
  try {
    return await readFile(path);
  } catch (cause) {
    throw tokenError(token, `cannot read "${path}": ${reasonOf(cause)}`);
  }
}
