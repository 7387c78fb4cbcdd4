import { Flag } from "../../dns/header.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { Rcode, formatRcode } from "../../dns/iana/rcode.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Endpoint } from "./endpoint.ts";
import { formatEndpoint } from "./endpoint.ts";
import type { ExchangeError } from "./exchange-error.ts";
import { formatEdns } from "./format-edns.ts";
import {
  formatName,
  formatQuestionLine,
  formatRdataWords,
  formatRecordLine,
} from "./format-record.ts";
import { printable } from "./printable.ts";
import type { Reply } from "./reply.ts";
import type { Settings, Shown, Transport } from "./settings.ts";

const OPCODES: ReadonlyMap<number, string> = new Map(
  Object.entries(Opcode).map(([mnemonic, opcode]) => [opcode, mnemonic]),
);
const FLAGS = {
  qr: Flag.QR,
  aa: Flag.AA,
  tc: Flag.TC,
  rd: Flag.RD,
  ra: Flag.RA,
  ad: Flag.AD,
  cd: Flag.CD,
};
/** The header's one bit without a meaning. */
const MUST_BE_ZERO = 0x40;
const TRANSPORTS: Readonly<Record<Transport, string>> = {
  udp: "UDP",
  tcp: "TCP",
  tls: "TLS",
  https: "HTTPS",
  http: "HTTP",
};

/** The names of the flags that are set. */
export function flagNames(flags: number): string[] {
  return Object.entries(FLAGS).flatMap(([name, bit]) => ((flags & bit) !== 0 ? [name] : []));
}

/** `QUERY`, or `RESERVED3` for what has no name. */
export function formatOpcode(opcode: number): string {
  return OPCODES.get(opcode) ?? `RESERVED${opcode}`;
}

/** A reply as dig prints it, its settings' sections only. */
export function formatText(reply: Reply, { short, shown }: Settings): string {
  const { message } = reply;
  if (short) return message.answer.map((record) => `${formatRdataWords(record)}\n`).join("");
  return [
    shown.comments ? formatHead(reply) : "",
    shown.question ? formatQuestions(reply, shown) : "",
    formatSection("ANSWER", message.answer, shown.answer, shown),
    formatSection("AUTHORITY", message.authority, shown.authority, shown),
    formatSection("ADDITIONAL", message.additional, shown.additional, shown),
    shown.stats ? formatStatistics(reply) : "",
  ].join("");
}

function formatHead(reply: Reply): string {
  const { message, counts, extraOctets, query } = reply;
  const { flags, edns, rcode } = message;
  const zero = (flags & MUST_BE_ZERO) === 0 ? "" : " MBZ: 0x4;";
  const names = flagNames(flags).map((name) => ` ${name}`);
  const { question, answer, authority, additional } = counts;
  const numbers = `QUERY: ${question}, ANSWER: ${answer}, AUTHORITY: ${authority}, ADDITIONAL: ${additional}`;
  const lines = [
    ";; Got answer:",
    `;; ->>HEADER<<- opcode: ${formatOpcode(message.opcode)}, status: ${formatRcode(rcode)}, id: ${message.id}`,
    `;; flags:${names.join("")};${zero} ${numbers}`,
  ];
  if ((flags & Flag.RD) !== 0 && (flags & Flag.RA) === 0) {
    lines.push(";; WARNING: recursion requested but not available");
  }
  if (extraOctets > 0) {
    lines.push(
      `;; WARNING: Message has ${extraOctets} extra byte${extraOctets === 1 ? "" : "s"} at end`,
    );
  }
  const isRefused = rcode === Rcode.FORMERR || rcode === Rcode.NOTIMP;
  if (isRefused && !edns && query.hasEdns) {
    lines.push(
      "",
      `;; WARNING: EDNS query returned status ${formatRcode(rcode)} - retry with '+noedns'`,
    );
  }
  lines.push("");
  if (edns) lines.push(";; OPT PSEUDOSECTION:", ...formatEdns(edns, query.cookie));
  return lines.map((line) => `${line}\n`).join("");
}

function formatQuestions({ message }: Reply, shown: Shown): string {
  const lines = message.question.map((question) => `${formatQuestionLine(question, shown)}\n`);
  return framed("QUESTION", lines, shown);
}

function formatSection(
  title: string,
  records: readonly ResourceRecord[],
  isShown: boolean,
  shown: Shown,
): string {
  if (!isShown) return "";
  const lines = records.map((record) => `${formatRecordLine(record, shown)}\n`);
  return framed(title, lines, shown);
}

function framed(title: string, lines: readonly string[], { comments }: Shown): string {
  if (lines.length === 0) return "";
  const text = lines.join("");
  return comments ? `;; ${title} SECTION:\n${text}\n` : text;
}

function formatStatistics(reply: Reply): string {
  return `${formatRoute(reply)};; MSG SIZE  rcvd: ${reply.octets}\n\n`;
}

/** How long it took, from where, and when. */
export function formatRoute({
  elapsedMs,
  endpoint,
  transport,
  receivedMs,
}: Pick<Reply, "elapsedMs" | "endpoint" | "transport" | "receivedMs">): string {
  const where = `${formatEndpoint(endpoint)}(${printable(endpoint.host)})`;
  return [
    `;; Query time: ${Math.round(elapsedMs)} msec\n`,
    `;; SERVER: ${where} (${TRANSPORTS[transport]})\n`,
    `;; WHEN: ${formatWhen(new Date(receivedMs))}\n`,
  ].join("");
}

/** Why a server gave no reply. */
export function formatFailure(error: ExchangeError, endpoint: Endpoint, name: Name): string {
  const where = formatEndpoint(endpoint);
  const reason = printable(error.message);
  return error.isUnconnected
    ? `Connection to ${where}(${printable(endpoint.host)}) for ${formatName(name)} failed: ${reason}.`
    : `communications error to ${where}: ${reason}`;
}

/** `Tue Dec 01 09:42:49 UTC 2026`. */
function formatWhen(date: Date): string {
  // "Tue Dec 01 2026 09:42:49 GMT+0000 (Coordinated Universal Time)"
  const [day = "", month = "", dayOfMonth = "", year = "", time = ""] = date.toString().split(" ");
  const zone = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" })
    .formatToParts(date)
    .find(({ type }) => type === "timeZoneName")?.value;
  return `${day} ${month} ${dayOfMonth} ${time} ${zone ?? "UTC"} ${year}`;
}
