import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import DNS from "dns2";
import { formatRcode } from "../dns/iana/rcode.ts";
import { parseMessage } from "../dns/message.ts";
import type { Arguments } from "./arguments.ts";
import { parsePort } from "./flags.ts";
import { formatRecord } from "../dns/presentation.ts";

interface Question {
  readonly name: string;
  readonly type: string;
  /** Address of the server, or URL of one that speaks DNS over HTTPS. */
  readonly server: string;
  readonly port: number;
  readonly tcp: boolean;
}

/** Asks a server, by UDP, TCP or HTTPS, with dns2: a decoder that shares nothing with the server. */
export async function query(given: Arguments): Promise<void> {
  const question = parseQuestion(given);
  const packet = await ask(question);
  const message = parseMessage(packet.toBuffer());
  if (!message) throw new Error(`Cannot read the reply of ${question.server}: it is malformed`);
  const { rcode, answer, authority, additional } = message;
  process.stdout.write(`;; ${formatRcode(rcode)}, ${answer.length} answers\n`);
  for (const [section, records] of Object.entries({ answer, authority, additional })) {
    if (records.length === 0) continue;
    process.stdout.write(
      `;; ${section}\n${records.map((record) => `${formatRecord(record)}\n`).join("")}`,
    );
  }
}

async function ask(question: Question): Promise<DNS.Packet> {
  try {
    return await (
      await clientFor(question)
    )(question.name, question.type);
  } catch (cause) {
    const { server, port } = question;
    const where = server.includes("://") ? server : `${server} port ${port}`;
    throw new Error(`Cannot query ${where}: ${(cause as Error).message}`, { cause });
  }
}

function parseQuestion({ values, switches, words }: Arguments): Question {
  const server = words.find((word) => word.startsWith("@"))?.slice(1) ?? "127.0.0.1";
  const [name, type = "A", surplus] = words.filter((word) => !word.startsWith("@"));
  if (name === undefined) throw new TypeError("Cannot query: expected NAME [TYPE] [@SERVER]");
  if (surplus !== undefined) {
    throw new TypeError(`Cannot query: unexpected "${surplus}" after NAME and TYPE`);
  }
  // dns2 knows fewer types, and says less of those that it does not.
  const types = Object.keys(DNS.Packet.TYPE);
  if (!types.includes(type.toUpperCase())) {
    throw new TypeError(`Cannot query type "${type}": known are ${types.join(" ")}`);
  }
  const port = parsePort("-p", values.get("p") ?? "53");
  return { name, type: type.toUpperCase(), server, port, tcp: switches.has("tcp") };
}

async function clientFor({ server, port, tcp }: Question): Promise<DNS.DnsResolver> {
  if (server.includes("://")) return DNS.DOHClient({ dns: server });
  const address = isIP(server) ? server : (await lookup(server)).address;
  if (tcp) return DNS.TCPClient({ dns: address, port });
  return DNS.UDPClient({ dns: address, port, socketType: isIP(address) === 6 ? "udp6" : "udp4" });
}
