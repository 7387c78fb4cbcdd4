import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatRcode } from "../../src/dns/iana/rcode.ts";
import { Name } from "../../src/dns/name.ts";
import { TsigConversation } from "../../src/dns/tsig/tsig-conversation.ts";
import type { TsigKey } from "../../src/dns/tsig/tsig-key.ts";
import { exchange } from "../../src/plugins/tsig/signed-exchange.cases.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { parseUpdate, updatePacket } from "../../src/testing/update.ts";
import { ChildProgram } from "../cluster/child-program.ts";
import { freePort } from "../bench/free-port.ts";
import { Random } from "../fuzz/random.ts";
import { isMissing } from "../installed.ts";
import { drawUpdate } from "./drawn-update.ts";
import { knotSettings } from "./server-settings.ts";

const ORIGIN = Name.parse("example.org.");
const SECRET = "i9M+00yrECfVZG2qCjr4mPpaGim/Bq+IWMiNrLjUO4Y=";
const KEY: TsigKey = {
  name: Name.parse("k.example.org."),
  secret: Buffer.from(SECRET, "base64"),
  configured: undefined,
};
const UPDATES = 120;
const ZONE = `$TTL 60
@ SOA ns host 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
a A 192.0.2.1
b TXT "x"
c CNAME a
`;

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portolan-dynupdate-"));
  for (const name of ["ours", "bind", "knot"]) await writeFile(join(folder, `${name}.zone`), ZONE);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function startOurs(name: string): Promise<TestServer> {
  return startServer({
    corefile: `example.org:{{PORT}} {
  bind 127.0.0.1
  cache 30
  tsig {
    secret k.example.org. ${SECRET}
  }
  transfer {
    to *
  }
  dynupdate {
    file ${folder}/ours.zone
    database ${folder}/${name}.database
    allow k.example.org. * *
  }
}\n`,
  });
}

async function startBind(port: number): Promise<ChildProgram> {
  const state = join(folder, "bind");
  await mkdir(state);
  const conf = join(state, "named.conf");
  await writeFile(
    conf,
    `key "k.example.org" { algorithm hmac-sha256; secret "${SECRET}"; };
options { directory "${state}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  pid-file none; session-keyfile "${state}/session.key"; allow-transfer { any; }; notify no; recursion no; dnssec-validation no;
  check-names primary ignore; check-mx ignore; check-integrity no; };
controls { };
zone "example.org" { type primary; file "${folder}/bind.zone"; allow-update { key "k.example.org"; }; };\n`,
  );
  return ChildProgram.start({ name: "BIND", path: "named", args: ["-g", "-n", "1", "-c", conf] });
}

async function startKnot(port: number): Promise<ChildProgram> {
  const state = join(folder, "knot");
  await mkdir(state);
  const conf = join(state, "knot.conf");
  await writeFile(
    conf,
    `${knotSettings({ port, state }, "warning")}key:
  - id: k.example.org.
    algorithm: hmac-sha256
    secret: ${SECRET}
acl:
  - id: update
    key: k.example.org.
    action: update
  - id: transfer
    address: 127.0.0.1
    action: transfer
zone:
  - domain: example.org.
    file: ${folder}/knot.zone
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
    acl: [update, transfer]\n`,
  );
  return ChildProgram.start({ name: "Knot", path: "knotd", args: ["-c", conf] });
}

async function update(port: number, lines: readonly string[], id: number): Promise<string> {
  const packet = updatePacket(ORIGIN, parseUpdate(ORIGIN, lines), id);
  const signed = new TsigConversation(KEY, () => Math.floor(Date.now() / 1_000)).sign(packet);
  const [reply] = await exchange("udp", port, signed);
  return formatRcode((reply?.readUInt16BE(2) ?? 0) & 0x0f);
}

async function dig(port: number, ...args: readonly string[]): Promise<string[]> {
  const all = [
    "-r",
    "@127.0.0.1",
    "-p",
    `${port}`,
    "+noall",
    "+answer",
    "+onesoa",
    "+tries=1",
    ...args,
  ];
  // It may not serve yet.
  const { stdout } = await promisify(execFile)("dig", all).catch(() => ({ stdout: "" }));
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replaceAll(/\s+/g, " ").toLowerCase())
    .toSorted();
}

const isWithout = isMissing("dig", "REQUIRE_DNS_TOOLS");

describe.each([
  { name: "BIND", tool: "named", start: startBind },
  { name: "Knot", tool: "knotd", start: startKnot },
])("$name", ({ name, tool, start }) => {
  it.skipIf(isWithout || isMissing(tool, "REQUIRE_DNS_SERVERS"))(
    "says and does the same to drawn updates",
    async () => {
      const port = await freePort();
      const [ours, program] = [await startOurs(name), await start(port)];
      try {
        await program.until(
          "serves",
          async () => (await dig(port, "example.org", "SOA"))[0],
          100_000,
        );
        const random = new Random(14);
        const differences: string[] = [];
        for (let i = 0; i < UPDATES && differences.length < 20; i++) {
          const lines = drawUpdate(random);
          const [own, theirs] = [await update(ours.port, lines, i), await update(port, lines, i)];
          // BIND looks at the changes before the prerequisites; RFC 2136 has them in the other order (§3.2, §3.4.1).
          const isLookedAtFirst =
            theirs === "NOTZONE" && lines.some((one) => one.includes("example.net"));
          if (own !== theirs && !isLookedAtFirst)
            differences.push(`${own}, ${name} ${theirs}: ${lines.join("; ")}`);
          if (i % 20 !== 19) continue;
          const [a, b] = [
            await dig(ours.port, "example.org", "AXFR"),
            await dig(port, "example.org", "AXFR"),
          ];
          const [only, missing] = [
            a.filter((one) => !b.includes(one)),
            b.filter((one) => !a.includes(one)),
          ];
          if (only.length + missing.length === 0) continue;
          differences.push(
            `after ${lines.join("; ")}: ours ${only.join(" | ")}, ${name} ${missing.join(" | ")}`,
          );
          break;
        }
        expect(differences).toEqual([]);
      } finally {
        await program.stop();
        await ours.stop();
      }
    },
  );
});
