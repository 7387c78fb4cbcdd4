import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RrType } from "../../src/dns/iana/rr-type.ts";
import { Name } from "../../src/dns/name.ts";
import { parseRecord } from "../../src/dns/presentation.ts";
import { formatRdata } from "../../src/dns/rdata/rdata.ts";
import { recordingLog } from "../../src/testing/context.ts";
import { writeKeyFiles } from "../../src/testing/dnssec-keys.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { until } from "../../src/testing/until.ts";
import { delegationSigner } from "../../src/zone/dnssec/public-key.ts";
import { freePort } from "../bench/free-port.ts";
import { isMissing } from "../installed.ts";
import { Portolan, endAll } from "../run-portolan.ts";

const KEY = "hmac-sha256:k.example.org:i9M+00yrECfVZG2qCjr4mPpaGim/Bq+IWMiNrLjUO4Y=";
const HOSTS = Array.from({ length: 40 }, (_none, i) => `host-${i} A 192.0.2.1\n`).join("");
const ZONE = `$TTL 60\n@ SOA ns host 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\n${HOSTS}`;

const { log, lines } = recordingLog();
const servers: TestServer[] = [];
let folder = "";
let [primaryPort, secondaryPort] = [0, 0];
let keyFiles = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portolan-updates-"));
  await writeFile(join(folder, "zone"), ZONE);
  keyFiles = await writeKeyFiles(folder, { owner: "signed.test.", flags: 257 });
  [primaryPort, secondaryPort] = [await freePort(), await freePort()];
  const notified = `transfer {\nto 127.0.0.1:${secondaryPort}\n}`;
  const primary = block("example.org", primaryPort, notified);
  const signed = block("signed.test", primaryPort, `dnssec {\nkey file ${keyFiles}\n}`);
  servers.push(await startServer({ corefile: primary + signed, log }));
  const from = `secondary {\ntransfer from 127.0.0.1:${primaryPort}\n}`;
  const corefile = `example.org:${secondaryPort} {\nbind 127.0.0.1\n${from}\n}\n`;
  servers.push(await startServer({ corefile }));
});

afterAll(async () => {
  endAll();
  for (const server of servers) await server.stop();
  await rm(folder, { recursive: true });
});

function block(zone: string, port: number, more = ""): string {
  const [, name = "", secret = ""] = KEY.split(":");
  const dynupdate = `dynupdate {\nfile ${folder}/zone\ndatabase ${folder}/${zone}\nallow ${name}. * *\n}`;
  return `${zone}:${port} {\nbind 127.0.0.1\ntsig {\nsecret ${name}. ${secret}\n}\n${more}\n${dynupdate}\n}\n`;
}

/** @returns what it complains of; "" if all is well */
async function nsupdate(port: number, update: string, args = ["-y", KEY]): Promise<string> {
  const done = promisify(execFile)("nsupdate", args);
  done.child.stdin?.end(`server 127.0.0.1 ${port}\n${update}\nsend\n`);
  return done.then(
    ({ stderr }) => stderr,
    ({ stderr }: { stderr: string }) => stderr,
  );
}

async function dig(port: number, name: string): Promise<string> {
  const args = ["-r", "@127.0.0.1", "-p", `${port}`, "+short", "+tries=1", name, "A"];
  const said = await promisify(execFile)("dig", args).catch(() => ({ stdout: "" }));
  return said.stdout.trim();
}

const ADD = "zone example.org\nupdate add new.example.org 60 A 192.0.2.7";

describe.skipIf(["nsupdate", "dig", "delv"].some((tool) => isMissing(tool, "REQUIRE_DNS_TOOLS")))(
  "nsupdate",
  () => {
    it("is refused without a key, and with one that is not right", async () => {
      expect(await nsupdate(primaryPort, ADD, [])).toContain("update failed: REFUSED");
      const wrong = KEY.replace("i9M+", "AAAA");
      expect(await nsupdate(primaryPort, ADD, ["-y", wrong])).toMatch(/BADSIG|NOTAUTH/);
      expect(await dig(primaryPort, "new.example.org")).toBe("");
    });

    it("changes the zone with a key, and a secondary has the difference soon", async () => {
      await until(async () => (await dig(secondaryPort, "host-1.example.org")) === "192.0.2.1");
      expect(await nsupdate(primaryPort, ADD)).toBe("");
      expect(await dig(primaryPort, "new.example.org")).toBe("192.0.2.7");
      await until(async () => (await dig(secondaryPort, "new.example.org")) === "192.0.2.7");
      const transfers = lines.filter((line) => line.includes("Outgoing transfer"));
      // Of the whole zone, once: what has changed since is told in one reply by UDP (RFC 1995 §2).
      expect(transfers).toHaveLength(1);
    });

    it("adds what dnssec signs at once", async () => {
      const add = "zone signed.test\nupdate add new.signed.test 60 A 192.0.2.7";
      expect(await nsupdate(primaryPort, add)).toBe("");
      const { rdata } = parseRecord(await readFile(`${keyFiles}.key`, "latin1"), { ttlSeconds: 0 });
      const ds = formatRdata(RrType.DS, delegationSigner(Name.parse("signed.test."), rdata));
      const [tag = "", algorithm = "", digestType = "", digest = ""] = ds.split(" ");
      const anchor = `"signed.test." static-ds ${tag} ${algorithm} ${digestType} "${digest}";`;
      await writeFile(join(folder, "anchor"), `trust-anchors { ${anchor} };\n`);
      const at = ["@127.0.0.1", "-p", `${primaryPort}`, "-a", join(folder, "anchor")];
      const args = [...at, "+root=signed.test.", "new.signed.test", "A"];
      const { stdout } = await promisify(execFile)("delv", args);
      expect(stdout).toMatch(/^; fully validated/m);
      expect(stdout).toContain("192.0.2.7");
    });

    it("finds what it was told is done after the server was killed", async () => {
      const port = await freePort();
      const path = join(folder, "Corefile");
      await writeFile(path, block("killed.test", port));
      const begin = async (): Promise<Portolan> => {
        const server = new Portolan(["-conf", path]);
        await until(async () => (await dig(port, "host-1.killed.test")) !== "");
        return server;
      };
      const add = "zone killed.test\nupdate add new.killed.test 60 A 192.0.2.7";
      const first = await begin();
      expect(await nsupdate(port, add)).toBe("");
      await first.stop("SIGKILL");
      const second = await begin();
      expect(await dig(port, "new.killed.test")).toBe("192.0.2.7");
      await second.stop();
    });
  },
);
