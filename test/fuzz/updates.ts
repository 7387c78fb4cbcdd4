import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Opcode } from "../../src/dns/iana/opcode.ts";
import { Name } from "../../src/dns/name.ts";
import type { TsigKey } from "../../src/dns/tsig/tsig-key.ts";
import { TsigSigner, signedAt } from "../../src/dns/tsig/tsig-signer.ts";
import { ownAlgorithm } from "../../src/dns/tsig/tsig-key.ts";
import { parseUpdate, updatePacket } from "../../src/testing/update.ts";
import { drawUpdate } from "../zones/drawn-update.ts";
import { checkReply, isQuery } from "./check-reply.ts";
import type { FuzzBench } from "./fuzz-bench.ts";
import { openBench } from "./fuzz-bench.ts";
import { damaged } from "./mutate-packet.ts";
import { clientOf } from "./packets.ts";
import type { Random } from "./random.ts";
import type { FuzzResult, FuzzTarget } from "./target.ts";
import { cpuMs, hold } from "./target.ts";

/** Updates of a zone that are damaged before they are signed, or after, or not signed at all. */
export const updates: FuzzTarget = {
  name: "updates",
  cases: 1_000,
  // With the signatures of both sides, and the version that it makes.
  limitMs: 20,
  async open() {
    const folder = await mkdtemp(join(tmpdir(), "portolan-fuzz-"));
    await writeFile(join(folder, "zone"), ZONE);
    const bench = await openBench(BLOCK.replace("FOLDER", folder));
    return {
      run: (random) => run(bench, random),
      async close() {
        const waiting = bench.inFlight();
        await bench.close();
        await rm(folder, { recursive: true });
        hold(waiting === 0, `${waiting} queries are in flight at the end`, "");
      },
    };
  },
};

const ORIGIN = Name.parse("update.test.");
const SECRET = "i9M+00yrECfVZG2qCjr4mPpaGim/Bq+IWMiNrLjUO4Y=";
const KEY: TsigKey = {
  name: Name.parse("k."),
  secret: Buffer.from(SECRET, "base64"),
  configured: undefined,
};
const ZONE = "$TTL 60\n@ SOA ns host 1 2 3 4 60\n@ NS ns\nns A 192.0.2.53\nd DNAME elsewhere.\n";
const BLOCK = `update.test:{{PORT}} {
  bind 127.0.0.1
  errors
  cache 30
  tsig {
    secret k. ${SECRET}
  }
  dynupdate {
    file FOLDER/zone
    allow k. * *
  }
}
`;

async function run(bench: FuzzBench, random: Random): Promise<FuzzResult> {
  const isStream = random.oneIn(4);
  const sent = draw(random);
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const beganMs = cpuMs();
  bench.dispatcher.receive(Buffer.from(sent), clientOf(isStream ? "tcp" : "udp", resolve));
  const reply = await promise;
  const ms = cpuMs() - beganMs;
  hold((reply !== undefined) === isQuery(sent), reply ? "was answered" : "was dropped", sent);
  if (!reply) return { outcome: "silence", ms };
  const isUpdate = ((sent.readUInt16BE(2) >> 11) & 0x0f) === Opcode.UPDATE;
  return { outcome: checkReply(sent, reply, { isStream, isUpdate }), ms };
}

/** One of three is as its client meant it. */
function draw(random: Random): Buffer {
  const packet = updatePacket(
    ORIGIN,
    parseUpdate(ORIGIN, drawUpdate(random)),
    random.below(65_536),
  );
  if (random.oneIn(8)) return damaged(packet, random);
  const said = random.oneIn(2) ? packet : damaged(packet, random);
  if (said.length < 12) return said;
  const signer = new TsigSigner(KEY, ownAlgorithm(KEY));
  const signed = signer.sign(said, signedAt(Math.floor(Date.now() / 1_000)));
  return random.oneIn(4) ? damaged(signed, random) : signed;
}
