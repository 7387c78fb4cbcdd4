import { once } from "node:events";
import { DUMP_PATH } from "../admin/admin-resources.ts";
import { dump } from "../admin/dump.ts";
import { printable } from "../text/printable.ts";
import type { Arguments } from "./arguments.ts";
import { askAdminForText } from "./ask-admin.ts";
import { askRunning, whoToAsk } from "./ask-running.ts";
import { parsePort } from "./flags.ts";
import { endProcess } from "./process-output.ts";
import { startAside } from "./start-aside.ts";

/** Prints what is served, of a running server or of a Corefile that is started aside. */
export async function dumpCommand({ values, words }: Arguments): Promise<void> {
  const [zone, surplus] = words;
  if (surplus !== undefined) throw new TypeError(`Cannot dump: unexpected "${surplus}"`);
  const conf = values.get("conf");
  const server = whoToAsk(values);
  const isTold =
    conf === undefined &&
    (await askRunning(server, async (asked) => {
      await print(askAdminForText(asked, DUMP_PATH, zone === undefined ? {} : { zone }));
      return true;
    })) === true;
  if (!isTold) {
    const standing = await startAside(conf, parsePort("-dns.port", values.get("dns.port") ?? "53"));
    try {
      await print(dump(standing.configuration, zone));
    } finally {
      await standing.stop();
    }
  }
  // What was started aside may keep a timer.
  await endProcess(0);
}

/** No more is read than is taken, and no more than somebody reads. */
async function print(pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const { stdout } = process;
  for await (const piece of pieces) {
    if (stdout.destroyed) return;
    // Who answers at a socket may be a stranger.
    const hasRoom = stdout.write(printable(piece));
    if (!hasRoom)
      await Promise.race([once(stdout, "drain"), once(stdout, "close")]).catch(() => {});
  }
}
