import { Flag } from "../dns/header.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import type { PrimaryServer } from "../zone/primary/signing.ts";
import type { ReceivedQuery } from "./fake-upstream.ts";
import { replyTo, startFakeUpstream } from "./fake-upstream.ts";
import { parseMessage } from "../dns/message.ts";

/** The zone of all that is written here. */
export const ZONE: Name = Name.parse("example.org.");

/** A query, and of which type it is. */
export interface PrimaryQuery extends ReceivedQuery {
  readonly qtype: number;
  readonly qname: Name;
}

/** A primary that does what a test says, right or wrong. */
export interface ScriptedPrimary {
  readonly server: PrimaryServer;
  /** Questions received, oldest first: `SOA`, `AXFR`, `IXFR`. */
  readonly asked: readonly string[];
  /** What is said to each query. */
  answer: (query: PrimaryQuery) => void;
  close(): Promise<void>;
}

/** SOA record of `example.org.`; refresh, retry and expire after 100, 10 and 1,000 seconds. */
export function soa(serial: number, times = "100 10 1000"): string {
  return `example.org. 60 IN SOA ns.example.org. host.example.org. ${serial} ${times} 60`;
}

export const NS = "example.org. 60 IN NS ns.example.org.";

/** What is the same in all versions. */
const SAME = ["a", "b", "ns"].map((label) => `${label}.example.org. 60 IN A 192.0.2.99`);

/** A zone of six records, of which one has an address that tells the serial number. */
export function zoneOf(serial: number, ...more: readonly string[]): string[] {
  return [soa(serial), NS, `www.example.org. 60 IN A 192.0.2.${serial % 256}`, ...SAME, ...more];
}

/** Says each of these messages, and nothing but records. */
export function say(query: ReceivedQuery, ...messages: readonly (readonly string[])[]): void {
  for (const answer of messages) query.reply(replyTo(query.packet, { answer, flags: Flag.AA }));
}

/** What a primary does that has this zone; IXFR it answers with all of it. */
export function serves(zone: readonly string[]): (query: PrimaryQuery) => void {
  const [first = ""] = zone;
  return (query) =>
    query.qtype === RrType.SOA ? say(query, [first]) : say(query, [...zone, first]);
}

export async function startPrimary(
  answer: (query: PrimaryQuery) => void,
): Promise<ScriptedPrimary> {
  const asked: string[] = [];
  const upstream = await startFakeUpstream((query) => {
    const [question] = parseMessage(query.packet)?.question ?? [];
    const { qtype = 0, qname = Name.root } = question ?? {};
    asked.push(NAMES.get(qtype) ?? String(qtype));
    primary.answer({ ...query, qtype, qname });
  });
  const primary: ScriptedPrimary = {
    server: { address: "127.0.0.1", port: upstream.port },
    asked,
    answer,
    close: upstream.close,
  };
  return primary;
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [RrType.SOA, "SOA"],
  [RrType.AXFR, "AXFR"],
  [RrType.IXFR, "IXFR"],
]);
