import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isOwn, makeOwnFolder, ownFolder } from "./own-folder.ts";

const FILE = "portolan.sock";

/**
 * Where a server opens its admin socket: where it is told to, else in the folder that the system has for this user's or this
 * service's sockets, else beside the pidfile; undefined for nowhere. A folder that others can write to is never taken.
 */
export function adminPathOf(
  admin: string | undefined,
  pidfile: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  if (admin === "off") return undefined;
  if (admin !== undefined) return admin;
  const [folder] = folders(env);
  if (folder !== undefined) return join(folder, FILE);
  return pidfile === undefined ? undefined : join(dirname(pidfile), FILE);
}

/**
 * The same for a program that a user starts: where the system has no such folder, it makes one in the place for what is passing.
 * @param own the folder to make
 */
export function adminPathOfUser(
  admin: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
  own: string | undefined = ownFolder(),
): string | undefined {
  if (admin !== undefined) return adminPathOf(admin, undefined, env);
  const folder = folders(env).find((one) => existsSync(one));
  if (folder !== undefined) return join(folder, FILE);
  const isUsable = own !== undefined && makeOwnFolder(own) === undefined;
  return isUsable ? join(own, FILE) : undefined;
}

/** Where a command looks for it, if it is not told. */
export function adminPathsToTry(
  env: NodeJS.ProcessEnv = process.env,
  own: string | undefined = ownFolder(),
): readonly string[] {
  const isUsable = own !== undefined && isOwn(own);
  const all = [...folders(env), ...(isUsable ? [own] : []), "/run/portolan", "/run"];
  return all.map((folder) => join(folder, FILE));
}

/** systemd's folder of a service, and that of a user's session. */
function folders({ RUNTIME_DIRECTORY = "", XDG_RUNTIME_DIR = "" }: NodeJS.ProcessEnv): string[] {
  const [ofService = ""] = RUNTIME_DIRECTORY.split(":");
  return [ofService, XDG_RUNTIME_DIR].filter((folder) => folder !== "");
}
