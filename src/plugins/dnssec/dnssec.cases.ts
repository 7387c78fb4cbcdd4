import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { Flag } from "../../dns/header.ts";
import { Name } from "../../dns/name.ts";
import type { Next, PluginContext } from "../../server/contract/plugin.ts";
import { Reply } from "../../server/contract/reply.ts";
import type { TestContextOptions } from "../../testing/context.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { parseZoneText } from "../../zone/file/zone-text.ts";
import { lookUp } from "../../zone/lookup.ts";
import { ZoneData } from "../../zone/zone-data.ts";
import { Dnssec } from "./dnssec.ts";
import { parseDnssec } from "./parse.ts";

/** For keys; new for each file of tests. */
export const folder: string = mkdtempSync(join(tmpdir(), "dnssec-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const ORIGIN = Name.parse("example.org.");
const ZONE = `
$TTL 600
@ SOA ns host 1 7200 3600 1209600 300
@ NS ns
ns A 192.0.2.53
www A 192.0.2.1
www A 192.0.2.2
alias CNAME www
dangling CNAME nothing
far CNAME www.elsewhere.
*.wild TXT "any"
sub NS ns.sub
ns.sub A 192.0.2.54
safe NS ns.safe
safe DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000
ns.safe A 192.0.2.55
into CNAME host.sub
tree DNAME other
www.other A 192.0.2.7
`;

const running: Dnssec[] = [];

afterEach(() => {
  for (const one of running.splice(0)) one.stop();
});

/** The plugin with these keys, started; it stops with the test. */
export async function start(
  keys: readonly string[],
  options: TestContextOptions = {},
): Promise<Dnssec> {
  const context: PluginContext = testContext({ zones: ["example.org"], ...options });
  const directive = testDirective(`dnssec {\nkey file ${keys.join(" ")}\n}`);
  const one = new Dnssec(parseDnssec(directive), context);
  running.push(one);
  await one.start();
  return one;
}

const data = new ZoneData(ORIGIN);
for (const record of parseZoneText(ZONE, { origin: ORIGIN, file: "test" })) data.add(record);

/** What a zone that is not signed says. */
export const zone: Next = (query) => {
  const found = lookUp(data, query);
  const reply = new Reply(found.rcode, found.isAuthoritative ? Flag.AA : 0);
  reply.answer = found.answer;
  reply.authority = found.authority;
  reply.additional = found.additional;
  return reply;
};

/** The reply with what differs from one signing to the next left out: `RRSIG type labels TTL signer`. */
export async function asked(
  one: Dnssec,
  name: string,
  type: string,
  next: Next = zone,
): Promise<Sections> {
  const told = await ask(one, testQuery(name, type, { do: true }), next);
  const short = (texts: readonly string[]): string[] =>
    texts.map((text) =>
      text
        .replaceAll("example.org.", "@")
        .replace(/(RRSIG \S+) \d+ (\d+ \d+) \d+ \d+ \d+ (\S+) .*/, "$1 $2 $3")
        .replace(/ IN /, " "),
    );
  const { answer, authority, additional } = told;
  return {
    ...told,
    answer: short(answer),
    authority: short(authority),
    additional: short(additional),
  };
}

/** The authority section of most answers. */
export const NS = ["@ 600 NS ns.@", "@ 600 RRSIG NS 2 600 @"];
/** How that of a denial begins. */
export const SOA = ["@ 300 SOA ns.@ host.@ 1 7200 3600 1209600 300", "@ 300 RRSIG SOA 2 300 @"];
