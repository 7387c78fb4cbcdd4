import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { freePort } from "../bench/free-port.ts";
import { isMissing } from "../installed.ts";
import { keyedSecondaries, startKeyed } from "./keyed-secondaries.ts";

const SECRET = "NoTCJU+DMqFWywaPyxSijrDEA/eC3nK0xi3AMEZuPVk=";
const OTHER = "c29tZXRoaW5nIGVsc2U=";
const KEY = "transfer.example.org";
/** Of the zone: its transfer takes several messages. */
const NAMES = 3_000;
/** What programs say of a signature that is no good. */
const COMPLAINT = /couldn't verify|could not be validated|bad signature|tsig.*fail|WARNING/i;

const NO_RECURSION = ";; WARNING: recursion requested but not available";

let folder = "";
let ours: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portolan-tsig-"));
  const hosts = Array.from({ length: NAMES }, (_none, i) => `h${i} A 192.0.2.1\n`).join("");
  const zone = `$TTL 300\n@ SOA ns host 7 2 2 900 60\n@ NS ns\nns A 192.0.2.53\n${hosts}`;
  await writeFile(join(folder, "zone"), zone);
  const keys = `key "any.example.org" { secret "${SECRET}"; };
key "${KEY}" { algorithm hmac-sha256; secret "${SECRET}"; };
key "short.example.org" { algorithm hmac-sha256-128; secret "${SECRET}"; };\n`;
  await writeFile(join(folder, "keys"), keys);
  ours = await startServer({
    corefile: `example.org:{{PORT}} {
  bind 127.0.0.1
  tsig {
    secrets ${folder}/keys
    require AXFR IXFR
  }
  file ${folder}/zone
  transfer {
    to *
  }
}\n`,
  });
});

afterAll(async () => {
  await ours.stop();
  await rm(folder, { recursive: true });
});

/** @returns what it printed, errors too */
function run(tool: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(tool, args, { maxBuffer: 1e8 }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

function dig(key: string, ...args: readonly string[]): Promise<string> {
  const at = ["@127.0.0.1", "-p", `${ours.port}`, "+tries=1"];
  return run("dig", "-r", ...at, "-y", key, ...args);
}

function kdig(key: string, ...args: readonly string[]): Promise<string> {
  return run("kdig", "@127.0.0.1", "-p", `${ours.port}`, "-y", key, ...args);
}

describe.skipIf(isMissing("dig", "REQUIRE_DNS_TOOLS"))("dig -y", () => {
  it.each(["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])(
    "verifies the reply to what it signs with hmac-%s, over UDP and TCP",
    async (algorithm) => {
      for (const transport of ["+notcp", "+tcp"]) {
        const key = `hmac-${algorithm}:ANY.example.org:${SECRET}`;
        const text = await dig(key, transport, "h1.example.org");
        expect(text).toContain("192.0.2.1");
        expect(text.replace(NO_RECURSION, "")).not.toMatch(COMPLAINT);
      }
    },
  );

  it.each(["sha512-256", "sha1-80"])("is told that hmac-%s is too short", async (algorithm) => {
    const text = await dig(`hmac-${algorithm}:any.example.org:${SECRET}`, "h1.example.org");
    expect(text).toContain("BADTRUNC");
    expect(text).toContain("tsig indicates error");
  });

  it("verifies short MACs of a key that may have them", async () => {
    const text = await dig(`hmac-sha256-128:short.example.org:${SECRET}`, "h1.example.org");
    expect(text).toContain("192.0.2.1");
    expect(text).toContain("NOERROR");
  });

  it.each([
    [`hmac-sha256:nobody.example.org:${SECRET}`, "BADKEY"],
    [`hmac-sha512:${KEY}:${SECRET}`, "BADKEY"],
    [`hmac-sha256:${KEY}:${OTHER}`, "BADSIG"],
  ])("is told what is wrong with %s", async (key, error) => {
    const text = await dig(key, "h1.example.org");
    expect(text).toContain("status: NOTAUTH");
    expect(text).toContain(error);
  });

  it("verifies a transfer of many messages, which nobody else gets", async () => {
    const text = await dig(`hmac-sha256:${KEY}:${SECRET}`, "AXFR", "example.org", "+nostats");
    expect(text.match(/^h\d+\.example\.org\.\s/gm)).toHaveLength(NAMES);
    expect(text).not.toMatch(COMPLAINT);
    expect(text).not.toContain("Transfer failed");
    const refused = await run(
      "dig",
      "-r",
      "@127.0.0.1",
      "-p",
      `${ours.port}`,
      "AXFR",
      "example.org",
    );
    expect(refused).toContain("Transfer failed");
  });
});

describe.skipIf(isMissing("kdig", "REQUIRE_DNS_TOOLS"))("kdig -y", () => {
  it("verifies a reply and a transfer", async () => {
    const key = `hmac-sha256:${KEY}:${SECRET}`;
    const one = await kdig(key, "h1.example.org");
    expect(one).toContain("192.0.2.1");
    expect(one).toContain("TSIG PSEUDOSECTION");
    expect(one).not.toMatch(COMPLAINT);
    const all = await kdig(key, "example.org", "AXFR");
    expect(all.match(/^h\d+\.example\.org\.\s/gm)).toHaveLength(NAMES);
    expect(all).not.toMatch(COMPLAINT);
  });
});

describe.each(keyedSecondaries)("$name as a secondary with a key", (secondary) => {
  it.skipIf(isMissing(secondary.tool, "REQUIRE_DNS_SERVERS"))("has the zone", async () => {
    const port = await freePort();
    const key = { name: KEY, algorithm: "hmac-sha256", secret: SECRET };
    const at = { port, primaryPort: ours.port, origin: "example.org", key };
    const program = await startKeyed(secondary, folder, at);
    try {
      const last = `h${NAMES - 1}.example.org`;
      const args = ["-r", "@127.0.0.1", "-p", `${port}`, "+short", "+time=1", "+tries=1", last];
      const answer = await program.until(
        "has the zone",
        async () => {
          const text = await run("dig", ...args);
          return text.startsWith("192.0.2.1") ? text : undefined;
        },
        100_000,
      );
      expect(answer).toBe("192.0.2.1\n");
    } finally {
      await program.stop();
    }
  });
});
