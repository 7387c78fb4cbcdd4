import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Name } from "../../dns/name.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import type { Logger } from "../../observe/log.ts";
import type { Query } from "../../server/contract/query.ts";
import { tsigKeys } from "../../server/contract/tsig-keys.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { UPDATE_FLAGS, parseUpdate, updatePacket } from "../../testing/update.ts";
import { Dynupdate } from "./dynupdate.ts";
import { parseDynupdate } from "./parse.ts";

export const ORIGIN: Name = Name.parse("example.org.");
const ZONE =
  "$TTL 60\n@ SOA ns host 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\nwww A 192.0.2.1\n";
const KEYS = ["k.", "other."].map((text): TsigKey => {
  return { name: Name.parse(text), secret: Buffer.from("secret"), configured: undefined };
});

/** A folder with the zone's file, and servers that begin there. */
export class Bench {
  readonly folder: string;
  readonly #running = new Set<Dynupdate>();

  static async open(): Promise<Bench> {
    const folder = await mkdtemp(join(tmpdir(), "dynupdate-"));
    await writeFile(join(folder, "zone"), ZONE);
    return new Bench(folder);
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  async close(): Promise<void> {
    for (const one of this.#running) await one.stop();
    await rm(this.folder, { recursive: true });
  }

  /** So large that changes are kept: a small zone is sent whole. */
  async enlarge(): Promise<void> {
    const more = Array.from({ length: 20 }, (_none, i) => `h${i} A 192.0.2.1\n`).join("");
    await writeFile(join(this.folder, "zone"), ZONE + more);
  }

  async start(lines = "allow k. * *", log?: Logger): Promise<Dynupdate> {
    const one = this.make(lines, log);
    this.#running.add(one);
    await one.start();
    return one;
  }

  make(lines: string, log?: Logger): Dynupdate {
    const find = (name: Name): TsigKey | undefined => KEYS.find((key) => key.name.equals(name));
    const text = `dynupdate {\nfile zone\n${lines}\n}`;
    const context = testContext({
      zones: ["example.org"],
      settings: { root: this.folder },
      offers: { tsig: [tsigKeys.offer({ find })] },
      ...(log && { log }),
    });
    return new Dynupdate(parseDynupdate(testDirective(text)), context);
  }

  /** The process is gone, as with SIGKILL: nobody has tidied up. */
  async kill(one: Dynupdate): Promise<void> {
    this.#running.delete(one);
    await one.stop();
  }
}

export interface Asked {
  /** Undefined for nobody's. */
  readonly key?: string | undefined;
  readonly zone?: string;
  readonly qtype?: string;
  readonly qclass?: number;
}

/** Sends an update in the words of `parseUpdate`. @returns the response code */
export async function update(one: Dynupdate, lines: string[], asked: Asked = {}): Promise<string> {
  const zone = Name.parse(asked.zone ?? "example.org.");
  const packet = updatePacket(zone, parseUpdate(zone, lines));
  return (await sendUpdate(one, packet, asked)).rcode;
}

/** The same for a packet, whatever is in it. */
export async function sendUpdate(
  one: Dynupdate,
  packet: Buffer,
  asked: Asked = {},
): Promise<Sections> {
  const query = updateQuery(asked);
  one.open(query, packet);
  // Nobody owns its octets any more.
  packet.fill(0xff);
  return ask(one, query);
}

function updateQuery({ zone = "example.org.", qtype = "SOA", ...asked }: Asked): Query {
  const query = testQuery(zone, qtype, {
    flags: UPDATE_FLAGS,
    ...(asked.qclass !== undefined && { qclass: asked.qclass }),
  });
  const key = "key" in asked ? asked.key : "k.";
  query.signedBy = key === undefined ? undefined : Name.parse(key);
  return query;
}
