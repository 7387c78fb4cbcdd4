import { readFile } from "node:fs/promises";
import type { SecureContext } from "node:tls";
import { createSecureContext } from "node:tls";
import { reasonOf } from "../corefile/corefile-error.ts";
import type { Token } from "../corefile/directive.ts";
import { tokenError } from "../corefile/directive.ts";

/**
 * What `tls [FILES...]` of a plugin that is a client stands for: CA, or certificate and key, or
 * certificate, key and CA; without files the system's authorities, and no certificate of ours.
 * @param pathOf the house's rule for paths (`configPath`)
 * @throws {CorefileError} for a file that cannot be read or used
 */
export async function readTlsFiles(
  files: readonly Token[],
  pathOf: (path: string) => string,
): Promise<SecureContext> {
  const contents = await Promise.all(files.map((token) => readPem(token, pathOf)));
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
    throw tlsError(files, cause);
  }
}

function tlsError(files: readonly Token[], cause: unknown): unknown {
  const [at] = files;
  const names = files.map(({ text }) => `"${text}"`).join(" ");
  return at ? tokenError(at, `cannot use tls ${names}: ${reasonOf(cause)}`) : cause;
}

async function readPem(token: Token, pathOf: (path: string) => string): Promise<Buffer> {
  const path = pathOf(token.text);
  try {
    return await readFile(path);
  } catch (cause) {
    throw tokenError(token, `cannot read "${path}": ${reasonOf(cause)}`);
  }
}
