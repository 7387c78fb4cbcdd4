import { adminPathsToTry } from "./admin-path.ts";
import { parseAdminTarget } from "./admin-target.ts";
import type { AskedServer } from "./ask-admin.ts";
import { NoServer, readToken } from "./ask-admin.ts";

/** What the command line says of the server to ask. */
export interface WhoToAsk {
  /** A path, `tcp://HOST:PORT`, "off" for nobody; the usual places without it. */
  readonly admin: string | undefined;
  /** File of the token. */
  readonly token: string | undefined;
}

/**
 * Reads the flags that say it.
 * @throws {TypeError} if they name a server and a Corefile
 */
export function whoToAsk(values: ReadonlyMap<string, string>): WhoToAsk {
  const [conf, admin, token] = ["conf", "admin", "token"].map((flag) => values.get(flag));
  if (conf !== undefined && admin !== undefined && admin !== "off") {
    throw new TypeError(`Cannot ask: -conf "${conf}" and -admin "${admin}" are two servers`);
  }
  return { admin, token };
}

/**
 * Asks the server that is named, or else the first one that is at one of the usual places.
 * @returns undefined if there is none and none was named
 * @throws what `ask` does, and {NoServer} if the one that is named is not there
 */
export async function askRunning<T>(
  { admin, token: file }: WhoToAsk,
  ask: (server: AskedServer) => Promise<T>,
): Promise<T | undefined> {
  if (admin === "off") return undefined;
  const token = readToken(file);
  if (admin !== undefined) return ask({ target: parseAdminTarget(admin), token });
  for (const path of adminPathsToTry()) {
    try {
      return await ask({ target: { kind: "socket", path }, token });
    } catch (error) {
      if (!(error instanceof NoServer)) throw error;
    }
  }
  return undefined;
}
