import { Name } from "../../src/dns/name.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { ZoneFileError } from "../../src/zone/file/zone-file-error.ts";
import { parseZoneText } from "../../src/zone/file/zone-text.ts";
import type { Random } from "./random.ts";
import type { FuzzResult, FuzzTarget } from "./target.ts";
import { cpuMs, FuzzFinding } from "./target.ts";

/** The text of a zone: records that go to text and back, or an error with file and line. */
export const zones: FuzzTarget = {
  name: "zones",
  cases: 5_000,
  limitMs: 20,
  open: () =>
    Promise.resolve({ run: (random) => run(changed(random)), close: () => Promise.resolve() }),
};

const LINES = [
  "$ORIGIN example.org.",
  "$TTL 1h",
  "@ 3600 IN SOA ns admin ( 1 2h 3m 4w 60 ) ; serial",
  "@ NS ns",
  "www 300 A 192.0.2.1",
  "    AAAA 2001:db8::1",
  '\\000b.c TXT "a b" c "\\"" \\065',
  "mail MX 10 www",
  "_sip._tcp SRV 0 0 5060 www",
  "key DNSKEY 257 3 13 ( aGVsbG8= )",
  "ta TYPE32768 \\# 4 0a000001",
  "x DS 12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "s RRSIG A 13 3 300 20300101000000 20200101000000 1 example.org. AAAA",
  "n NSEC a A AAAA TYPE1000",
  'c CAA 0 issue "ca.example"',
  "h HTTPS 1 . alpn=h2,h3 port=443",
  "l LOC 51 30 12.748 N 0 7 39.611 W 0m",
];
const ODD =
  `( ) " \\ \\0 \\999 ; @ . .. $INCLUDE $GENERATE $ORIGIN 99999999999 -1 TYPE0 CLASS65536 \\# TA 1w1w \0 é
  32769 65536 ::g 300.1.1.1 20301332000000`
    .split(/\s+/)
    .concat("x".repeat(64), "a.".repeat(130), " ", "\n", "\t");

function changed(random: Random): string {
  const lines = Array.from({ length: 1 + random.below(8) }, () => random.pick(LINES));
  const tokens = `$TTL 60\n@ A 192.0.2.9\n${lines.join("\n")}`.split(/(\s+)/);
  for (let i = random.below(4); i > 0; i--) {
    const at = random.below(tokens.length);
    if (random.oneIn(3)) tokens.splice(at, 1);
    else if (random.oneIn(2)) tokens[at] = random.pick(ODD);
    else tokens.splice(at, 0, ` ${random.pick(ODD)} `);
  }
  return tokens.join("");
}

function run(text: string): FuzzResult {
  const beganMs = cpuMs();
  const outcome = outcomeOf(text);
  return { outcome, ms: cpuMs() - beganMs };
}

function outcomeOf(text: string): string {
  try {
    const records = parseZoneText(text, { origin: Name.parse("example.org."), file: "zone" });
    const written = records.map(formatRecord);
    const again = parseZoneText(written.join("\n"), { origin: Name.root, file: "again" });
    if (again.map(formatRecord).join() === written.join()) return "read";
    throw new FuzzFinding("is another one after a round trip", text);
  } catch (error) {
    if (error instanceof FuzzFinding) throw error;
    const isPlaced = error instanceof ZoneFileError && /^zone:\d+:\d+: /.test(error.message);
    if (isPlaced) return "refused";
    throw new FuzzFinding(`threw ${String(error)}`, text, error);
  }
}
