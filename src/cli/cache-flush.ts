import { FLUSH_PATH } from "../admin/admin-resources.ts";
import { Name } from "../dns/name.ts";
import type { Arguments } from "./arguments.ts";
import { askAdmin } from "./ask-admin.ts";
import { askRunning, whoToAsk } from "./ask-running.ts";

/** Has a running server forget what it has kept. */
export async function cacheFlushCommand({ values, switches, words }: Arguments): Promise<void> {
  const [name, ...types] = words;
  if (name === undefined) throw new TypeError("Cannot flush: expected NAME [TYPE...]");
  const below = switches.has("below");
  const body = { name, below, ...(types.length === 0 ? {} : { types }) };
  const reply = await askRunning(whoToAsk(values), (server) => askAdmin(server, FLUSH_PATH, body));
  if (!reply) throw new Error("Cannot flush: no server was found, -admin names one");
  const what = `${Name.parse(name)}${below ? " and below" : ""}`;
  const { entries, repeated } = reply;
  if (typeof entries !== "number" || typeof repeated !== "number") {
    throw new Error("Cannot flush: the server is no Portolan of this version");
  }
  process.stdout.write(`${what}: ${entries} of cache, ${repeated} others that were repeated\n`);
}
