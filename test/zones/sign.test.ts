import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RrType } from "../../src/dns/iana/rr-type.ts";
import { formatRdata } from "../../src/dns/rdata/rdata.ts";
import { recordingLog } from "../../src/testing/context.ts";
import { writeKeyFiles } from "../../src/testing/dnssec-keys.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { until } from "../../src/testing/until.ts";
import { readSigningKey } from "../../src/zone/dnssec/signing-key.ts";
import { isMissing } from "../installed.ts";
import { drawZone } from "./drawn-zone.ts";

const run = promisify(execFile);
const KSK = 257;
const ZSK = 256;

/** Each as `[flags, algorithm]`. */
const KEYS: readonly (readonly (readonly [number, number])[])[] = [
  [[KSK, 13]],
  [
    [KSK, 13],
    [ZSK, 13],
  ],
  [
    [KSK, 8],
    [ZSK, 8],
  ],
  [
    [KSK, 15],
    [KSK, 14],
  ],
  [
    [KSK, 13],
    [KSK, 13],
    [ZSK, 13],
    [KSK, 10],
  ],
];
const ZONES = 10;
const FIRST_SEED = Number(process.env["PORTOLAN_TEST_SEED"] ?? 100);

interface SignedZone {
  readonly origin: string;
  readonly path: string;
  readonly names: readonly string[];
  readonly keys: readonly (readonly [number, number])[];
}

const TOOLS = {
  "ldns-verify-zone": ({ path }: SignedZone) => [path],
  "dnssec-verify": ({ origin, path, keys }: SignedZone) => [
    ...(isSplit(keys) ? [] : ["-z"]),
    "-o",
    origin,
    path,
  ],
  kzonecheck: ({ origin, path }: SignedZone) => ["-d", "on", "-o", origin, path],
} as const;

/** Whether each algorithm has keys of both sorts, without which dnssec-verify wants to be told. */
function isSplit(keys: SignedZone["keys"]): boolean {
  const isOf = (flags: number): Set<number> =>
    new Set(keys.filter((key) => key[0] === flags).map(([, algorithm]) => algorithm));
  return isOf(KSK).symmetricDifference(isOf(ZSK)).size === 0;
}

/** Knot's 3.2 says of zones with two algorithms that a signature is missing, also of what BIND has signed. */
function isFor(tool: string, { keys }: SignedZone): boolean {
  return tool !== "kzonecheck" || new Set(keys.map(([, algorithm]) => algorithm)).size === 1;
}

describe("signed zones", () => {
  const zones: SignedZone[] = [];
  const trusted: string[] = [];
  let folder = "";
  let server: TestServer | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sign-zones-"));
    await mkdir(join(folder, "keys"));
    const { log, lines } = recordingLog();
    for (let i = 0; i < ZONES; i++) {
      const { origin, text, ownNames: names } = drawZone(FIRST_SEED + i);
      await writeFile(join(folder, `db.${origin}`), text);
      const keys = KEYS[i % KEYS.length] ?? [];
      for (const [flags, algorithm] of keys) {
        const base = await writeKeyFiles(join(folder, "keys"), { owner: origin, flags, algorithm });
        const { rdata } = await readSigningKey(base);
        if (flags === KSK) trusted.push(anchor(origin, formatRdata(RrType.DNSKEY, rdata)));
      }
      const path = join(folder, `db.${origin}signed`);
      zones.push({ origin, path, names, keys });
    }
    await writeFile(join(folder, "anchors"), `trust-anchors {\n${trusted.join("\n")}\n};\n`);
    const blocks = zones.map(
      ({ origin, path }) => `file ${path} ${origin}
sign ${folder}/db.${origin} ${origin} {
key directory ${folder}/keys
directory ${folder}
}`,
    );
    const corefile = `.:{{PORT}} {\nbind 127.0.0.1\n${blocks.join("\n")}\n}\n`;
    server = await startServer({ corefile, log });
    const count = (text: string): number => lines.filter((line) => line.includes(text)).length;
    await until(() => count("Signed zone") === ZONES && count(": Read zone") === ZONES);
  });

  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  describe.each(Object.entries(TOOLS))("are whole to %s", (tool, args) => {
    it.skipIf(isMissing(tool, "REQUIRE_DNS_SERVERS"))("of whatever keys", async () => {
      for (const zone of zones.filter((one) => isFor(tool, one))) {
        const { stdout, stderr } = await run(tool, args(zone)).catch((error: unknown) => {
          throw new Error(`${tool} ${zone.origin}: ${JSON.stringify(error)}`);
        });
        expect(`${stdout}${stderr}`).not.toMatch(/error|fail|missing/i);
      }
    });
  });

  it.skipIf(isMissing("dnssec-verify", "REQUIRE_DNS_SERVERS"))(
    "are not whole to dnssec-verify if a signature is missing",
    async () => {
      const [zone] = zones;
      if (!zone) throw new TypeError("no zone");
      const path = join(folder, "broken");
      const text = await readFile(zone.path, "utf8");
      await writeFile(path, text.replace(/^.* RRSIG NS .*\n/m, ""));
      await expect(run("dnssec-verify", TOOLS["dnssec-verify"]({ ...zone, path }))).rejects.toThrow(
        "dnssec-verify",
      );
    },
  );

  it.skipIf(isMissing("delv", "REQUIRE_DNS_SERVERS"))(
    "are validated by delv as file serves them, denials too",
    async () => {
      for (const { origin, names } of zones) {
        for (const name of [origin, ...names.slice(-2)]) {
          const answer = await delv(name, origin);
          expect(`${name}: ${answer}`).toMatch(/fully validated|unsigned answer/);
          expect(`${name}: ${answer}`).not.toMatch(/resolution failed: (?!ncache)/);
        }
        expect(await delv(origin, origin, "SOA")).toMatch(/; fully validated/);
      }
    },
  );

  async function delv(name: string, origin: string, type = "A"): Promise<string> {
    const args = ["@127.0.0.1", "-p", String(server?.port), "-a", join(folder, "anchors")];
    const { stdout, stderr } = await run("delv", [...args, `+root=${origin}`, name, type]);
    return `${stdout}${stderr}`;
  }
});

function anchor(origin: string, rdata: string): string {
  const [flags, protocol, algorithm, ...key] = rdata.split(" ");
  return `"${origin}" static-key ${flags} ${protocol} ${algorithm} "${key.join("")}";`;
}
