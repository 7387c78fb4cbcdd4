import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import type { Logger } from "../../observe/log.ts";

/**
 * Warns if there is no such folder: it may come later, as a volume does.
 * @throws {Error} if it cannot be looked for, for want of permission say.
 */
export async function lookForFolder(path: string, log: Logger): Promise<void> {
  const found = await statIfThere(path);
  if (!found) log.warn(`Root path does not exist: ${path}`);
  else if (!found.isDirectory()) log.warn(`Root path is not a directory: ${path}`);
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new Error(`cannot access root path "${path}": ${message}`, { cause: error });
  }
}
