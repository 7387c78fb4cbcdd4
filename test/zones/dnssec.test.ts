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
import { writeKeyFiles } from "../../src/testing/dnssec-keys.ts";
import { startServer } from "../../src/testing/server.ts";
import { delegationSigner } from "../../src/zone/dnssec/public-key.ts";
import { freePort } from "../bench/free-port.ts";
import { ChildProgram } from "../cluster/child-program.ts";
import { isMissing } from "../installed.ts";

const run = promisify(execFile);
const ALGORITHMS = [8, 10, 13, 14, 15, 16];
const KEY_FOR_KEYS = 257;
/** Its keys are one for keys, and one for all else. */
const SPLIT = "split.test.";

const ZONE = `
$TTL 3600
@ SOA ns host 1 7200 3600 1209600 300
@ NS ns
ns A 127.0.0.1
www A 192.0.2.1
www A 192.0.2.2
mail MX 10 www
alias CNAME www
dangling CNAME nothing
*.wild TXT "any"
sub NS ns.sub
ns.sub A 127.0.0.1
tree DNAME other
www.other A 192.0.2.7
`;

let folder = "";
let port = 0;
let stop = (): Promise<void> => Promise.resolve();
/** DS records, by zone. */
const anchors = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "signed-"));
  await writeFile(join(folder, "db"), ZONE);
  const blocks: string[] = [];
  for (const algorithm of ALGORITHMS) {
    const owner = `a${algorithm}.test.`;
    blocks.push(block(owner, [await keyOf(owner, { algorithm, flags: KEY_FOR_KEYS })]));
  }
  const keys = [
    await keyOf(SPLIT, { flags: KEY_FOR_KEYS }),
    await writeKeyFiles(folder, { owner: SPLIT }),
  ];
  blocks.push(block(SPLIT, keys));
  const server = await startServer({ corefile: blocks.join("\n") });
  ({ port } = server);
  stop = () => server.stop();
});

afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

function block(owner: string, keys: readonly string[]): string {
  const dnssec = `dnssec {\nkey file ${keys.join(" ")}\n}`;
  return `${owner}:{{PORT}} {\nbind 127.0.0.1\n${dnssec}\nfile ${join(folder, "db")}\n}`;
}

/** A key that its zone is trusted by. */
async function keyOf(
  owner: string,
  options: { readonly algorithm?: number; readonly flags: number },
): Promise<string> {
  const base = await writeKeyFiles(folder, { ...options, owner });
  const { rdata } = parseRecord(await readFile(`${base}.key`, "latin1"), { ttlSeconds: 0 });
  anchors.set(owner, formatRdata(RrType.DS, delegationSigner(Name.parse(owner), rdata)));
  return base;
}

describe.skipIf(isMissing("delv", "REQUIRE_DNS_TOOLS"))("delv validates", () => {
  async function delv(zone: string, name: string, type: string): Promise<string> {
    const [tag = "", algorithm = "", digestType = "", digest = ""] = (
      anchors.get(zone) ?? ""
    ).split(" ");
    const path = join(folder, `${zone}anchor`);
    const anchor = `"${zone}" static-ds ${tag} ${algorithm} ${digestType} "${digest}";`;
    await writeFile(path, `trust-anchors { ${anchor} };\n`);
    const at = ["@127.0.0.1", "-p", String(port), "-a", path, `+root=${zone}`];
    const { stdout, stderr } = await run("delv", [...at, `${name}${zone}`, type]);
    return stdout + stderr;
  }

  it.each(ALGORITHMS)("what is signed with algorithm %i", async (algorithm) => {
    const zone = `a${algorithm}.test.`;
    expect(await delv(zone, "www.", "A")).toMatch(/^; fully validated/m);
    expect(await delv(zone, "nothing.", "A")).toMatch(/^; negative response, fully validated/m);
  });

  it.each([
    ["", "DNSKEY", "; fully validated"],
    ["", "NS", "; fully validated"],
    ["alias.", "A", "; fully validated"],
    ["a.wild.", "TXT", "; fully validated"],
    ["www.tree.", "A", "; fully validated"],
    ["dangling.", "A", "; fully validated"],
    ["mail.", "A", "; negative response, fully validated"],
    ["", "MX", "; negative response, fully validated"],
    ["sub.", "DS", "; negative response, fully validated"],
    ["www.", "DS", "; negative response, fully validated"],
    ["a.wild.", "A", "; negative response, fully validated"],
  ])("%s %s with two kinds of keys", async (name, type, said) => {
    expect(await delv(SPLIT, name, type)).toContain(said);
  });
});

describe.skipIf(
  isMissing("unbound", "REQUIRE_DNS_SERVERS") || isMissing("dig", "REQUIRE_DNS_TOOLS"),
)("Unbound, which believes what is signed", () => {
  let unbound: ChildProgram;
  let resolverPort = 0;

  beforeAll(async () => {
    resolverPort = await freePort();
    const path = join(folder, "unbound.conf");
    await writeFile(path, unboundConfig(resolverPort));
    unbound = await ChildProgram.start({
      name: "Unbound",
      path: "unbound",
      args: ["-d", "-c", path],
    });
    while ((await dig("ns.", "A")) === "")
      if (!unbound.isRunning) throw new Error(`Unbound has ended: ${unbound.output}`);
  });

  afterAll(() => unbound.stop());

  function unboundConfig(listen: number): string {
    return `server:
  interface: 127.0.0.1@${listen}
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  num-threads: 1
  do-not-query-localhost: no
  local-zone: "test." nodefault
  module-config: "validator iterator"
  aggressive-nsec: yes
  trust-anchor: "${SPLIT} DS ${anchors.get(SPLIT)}"
stub-zone:
  name: "${SPLIT}"
  stub-addr: 127.0.0.1@${port}
`;
  }

  /** What it says; "" if nothing. */
  async function dig(name: string, type: string): Promise<string> {
    const at = ["-r", "@127.0.0.1", "-p", String(resolverPort), "+adflag", "+tries=1"];
    const said = await run("dig", [...at, `${name}${SPLIT}`, type]).catch(() => undefined);
    return said?.stdout ?? "";
  }

  it.each([
    ["www.", "A", "NOERROR"],
    ["nothing.", "A", "NOERROR"],
    ["alias.", "A", "NOERROR"],
    ["dangling.", "A", "NOERROR"],
    ["www.tree.", "A", "NOERROR"],
    ["a.wild.", "TXT", "NOERROR"],
    ["", "DNSKEY", "NOERROR"],
  ])("takes %s %s for true", async (name, type, rcode) => {
    const said = await dig(name, type);
    expect(said).toContain(`status: ${rcode}`);
    expect(said).toMatch(/^;; flags:[^;]* ad[ ;]/m);
  });

  it("goes by a denial of one type for no other", async () => {
    expect(await dig("mail.", "A")).toMatch(/ANSWER: 0,/);
    expect(await dig("mail.", "MX")).toMatch(/\bMX\s+10 www\./);
  });

  it("believes that a name is not a zone of its own", async () => {
    const said = await dig("www.", "DS");
    expect(said).toMatch(/^;; flags:[^;]* ad[ ;]/m);
  });
});
