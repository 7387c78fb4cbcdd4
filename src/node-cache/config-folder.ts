import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/** More than a ConfigMap may have (1 MiB). */
const MAX_OCTETS = 2 * 1024 * 1024;

/**
 * The files of a ConfigMap's volume, by key: all but the kubelet's own, which begin with a dot.
 * @returns undefined if there is no such folder
 * @throws the system's error, and {Error} for a file that no ConfigMap could have
 */
export async function readConfigFolder(
  path: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!names) return undefined;
  const keys = names.filter((name) => !name.startsWith("."));
  const files = keys.map(async (key) => [key, await readConfigFile(join(path, key))] as const);
  return new Map(await Promise.all(files));
}

/** @throws the system's error, and {Error} if it is longer than any file of a ConfigMap */
export async function readConfigFile(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_OCTETS), 0, MAX_OCTETS, 0);
    if (bytesRead === MAX_OCTETS) throw new Error(`"${path}" has more than ${MAX_OCTETS} octets`);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
