import type { SecureContext } from "node:tls";
import { readTlsFiles } from "../../server/tls-files.ts";
import type { EtcdOptions } from "./parse.ts";

/** What certificates are checked with, and ours; undefined where the system's do. */
export async function readTls(
  { tlsFiles = [] }: EtcdOptions,
  pathOf: (path: string) => string,
): Promise<SecureContext | undefined> {
  return tlsFiles.length === 0 ? undefined : readTlsFiles(tlsFiles, pathOf);
}

/** Where to ask: what has no scheme is asked by TLS if there is `tls`. */
export function endpointUrls({ endpoints, tlsFiles }: EtcdOptions): URL[] {
  return endpoints.map(({ url, isSchemeless }) => {
    return isSchemeless && tlsFiles ? new URL(`https://${url.host}`) : url;
  });
}
