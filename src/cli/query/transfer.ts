import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Question } from "../../dns/message.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { CommandLineError } from "./command-line-error.ts";
import type { Lookup } from "./command-line.ts";
import type { Endpoint } from "./endpoint.ts";
import { makeQueryPacket } from "./query-packet.ts";
import { mismatchOf, readReply } from "./reply.ts";
import type { Settings, Transport } from "./settings.ts";
import { exchangeStream } from "./stream.ts";
import { termsOf } from "./tls.ts";

/** How a transfer is made. */
export interface TransferTerms {
  readonly settings: Settings;
  readonly transport: Transport;
  /** From one message to the next. */
  readonly timeoutMs: number;
}

/** A transfer that has come to its end. */
export interface Transfer {
  /** Whether all of the zone came. */
  readonly isWhole: boolean;
  readonly records: number;
  readonly messages: number;
  readonly octets: number;
  readonly elapsedMs: number;
}

/**
 * Over what a transfer goes.
 * @throws {CommandLineError} for what nobody transfers zones by
 */
export function transportOfTransfer(
  { format, settings }: Lookup,
  asked: Transport | undefined,
): Transport {
  if (format === "json")
    throw new CommandLineError("Cannot print a transfer as JSON: expected text");
  if (settings.dns2)
    throw new CommandLineError("Cannot transfer a zone by dns2: it reads one message");
  if (asked === undefined || asked === "udp" || asked === "tcp") return "tcp";
  if (asked === "tls") return "tls";
  throw new CommandLineError("Cannot transfer a zone by HTTP: only by TCP and TLS");
}

/**
 * Transfers a zone (RFC 5936): messages of records, the SOA record first and last.
 * @param onRecords takes them as they come; however large a zone is, none is kept
 * @throws {ExchangeError}
 */
export async function transferZone(
  question: Question,
  endpoint: Endpoint,
  { settings, transport, timeoutMs }: TransferTerms,
  onRecords: (records: readonly ResourceRecord[]) => void,
): Promise<Transfer> {
  const query = makeQueryPacket(question, settings);
  const count = { records: 0, messages: 0, octets: 0 };
  let [soaRecords, hasFailed] = [0, false];
  const accept = (packet: Buffer): boolean => {
    if (mismatchOf(packet, query) !== undefined) return false;
    const { message, isMalformed } = readReply(packet);
    const { answer, rcode } = message;
    count.records += answer.length;
    count.messages++;
    count.octets += packet.length;
    soaRecords += answer.filter(({ type }) => type === RrType.SOA).length;
    const isZone = count.records > answer.length || answer[0]?.type === RrType.SOA;
    hasFailed = isMalformed || rcode !== Rcode.NOERROR || answer.length === 0 || !isZone;
    if (!hasFailed) onRecords(answer);
    return hasFailed || soaRecords > 1;
  };
  const beganMs = performance.now();
  const tls = transport === "tls" ? termsOf(settings, endpoint) : undefined;
  await exchangeStream(endpoint, query.packet, timeoutMs, accept, tls);
  return { ...count, isWhole: !hasFailed, elapsedMs: performance.now() - beganMs };
}
