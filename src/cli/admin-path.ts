import { dirname, join } from "node:path";

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

/** Where a command looks for it, if it is not told. */
export function adminPathsToTry(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  return [...folders(env), "/run/portolan", "/run"].map((folder) => join(folder, FILE));
}

/** systemd's folder of a service, and that of a user's session. */
function folders({ RUNTIME_DIRECTORY = "", XDG_RUNTIME_DIR = "" }: NodeJS.ProcessEnv): string[] {
  const [ofService = ""] = RUNTIME_DIRECTORY.split(":");
  return [ofService, XDG_RUNTIME_DIR].filter((folder) => folder !== "");
}
