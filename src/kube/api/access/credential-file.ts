import { readFile } from "node:fs/promises";
import { AccessError } from "../access.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "permission denied",
  EISDIR: "is a folder",
};

/**
 * Reads a file that credentials are made of.
 * @param what is in it, for messages: `client key`
 * @param advice what to do if it cannot be read
 * @throws {AccessError} `Cannot read client key "/x": no such file`
 */
export async function readCredentialFile(what: string, path: string, advice = ""): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const fail = `Cannot read ${what} "${path}": ${fileReason(error)}`;
    throw new AccessError(advice === "" ? fail : `${fail}; ${advice}`, { cause: error });
  }
}

/** @throws {AccessError} also if no block of that kind is in it */
export async function readPemFile(what: string, path: string, advice = ""): Promise<string> {
  const text = await readCredentialFile(what, path, advice);
  if (!isPem(text)) throw new AccessError(`Cannot use ${what} "${path}": it is not PEM`);
  return text;
}

/** Whether there is a certificate or a key in it; TLS looks closer. */
export function isPem(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]+-----/.test(text);
}

/** @throws {AccessError} also if it is empty */
export async function readTokenFile(what: string, path: string, advice = ""): Promise<string> {
  const token = (await readCredentialFile(what, path, advice)).trim();
  if (token === "") throw new AccessError(`Cannot use ${what} "${path}": it is empty`);
  return token;
}

function fileReason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
