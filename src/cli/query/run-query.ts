import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Asker } from "./ask.ts";
import type { Lookup } from "./command-line.ts";
import { parseCommandLine } from "./command-line.ts";
import { formatJson, replyDocument } from "./format-json.ts";
import { formatText } from "./format-text.ts";
import { printable } from "./printable.ts";
import { CommandLineError, ExitCode } from "./command-line-error.ts";
import type { Reply } from "./reply.ts";
import type { ResolverSetup } from "./resolver-setup.ts";
import { endpointsOf, namesToAsk, readResolverSetup } from "./resolver-setup.ts";
import { runTransfer } from "./run-transfer.ts";
import { transportOfTransfer } from "./transfer.ts";
import type { Settings, Transport } from "./settings.ts";
import { VERSION } from "../version.ts";

const TIMEOUT_SECONDS = 5;
const TRIES = 3;

/**
 * Asks what a command line says, and prints the reply.
 * @param write takes what goes to standard output
 * @returns the exit code
 * @throws {CommandLineError}
 */
export async function runQuery(
  words: readonly string[],
  write: (text: string) => void,
  setup: ResolverSetup = readResolverSetup(),
): Promise<number> {
  const lookup = parseCommandLine(words);
  const warnings: string[] = [];
  const isText = lookup.format === "text";
  const warn = (line: string): void => {
    warnings.push(line);
    if (isText) write(`;; ${line}\n`);
  };
  const settings = { ...lookup.settings, path: lookup.server?.path ?? lookup.settings.path };
  const transport = transportOf(lookup);
  const endpoints = await endpointsOf(lookup, transport, setup);
  const asker = new Asker(endpoints, patienceOf(settings, setup), warn);
  const found = lookup.server ? endpoints.length : 0;
  const greeting = settings.shown.cmd && !settings.short ? greetingOf(words, found) : "";
  if (lookup.type === RrType.AXFR) {
    write(greeting);
    const { timeoutMs } = patienceOf(settings, setup);
    return runTransfer(lookup, endpoints, { settings, transport, timeoutMs }, write);
  }
  let reply: Reply | undefined;
  for (const name of namesToAsk(lookup, setup)) {
    if (reply && settings.showsSearch && isText) write(formatText(reply, settings));
    const question = { qname: name, qtype: lookup.type, qclass: lookup.class };
    reply = await asker.ask(question, settings, transport);
    if (reply?.message.rcode !== Rcode.NXDOMAIN) break;
  }
  if (isText) {
    const text = reply ? formatText(reply, settings) : ";; no servers could be reached\n";
    write(greeting + text);
  } else {
    const failure = { error: "no servers could be reached", warnings };
    write(formatJson(reply ? replyDocument(reply, warnings) : failure));
  }
  return reply ? ExitCode.REPLY : ExitCode.NO_REPLY;
}

/** dig asks for ANY over TCP, where nobody can be flooded with the answer. */
function transportOf(lookup: Lookup): Transport {
  const { server, settings, type } = lookup;
  const asked = server?.transport ?? settings.transport;
  if (type === RrType.IXFR) {
    throw new CommandLineError(
      "Cannot query type IXFR: it tells of changes, AXFR of the whole zone",
    );
  }
  if (type === RrType.AXFR) return transportOfTransfer(lookup, asked);
  return asked ?? (type === RrType.ANY ? "tcp" : "udp");
}

function patienceOf(
  { timeoutSeconds, tries }: Settings,
  setup: ResolverSetup,
): { timeoutMs: number; tries: number } {
  const seconds = timeoutSeconds ?? (setup.timeoutSeconds || TIMEOUT_SECONDS);
  return { timeoutMs: 1000 * seconds, tries: tries ?? (setup.attempts || TRIES) };
}

function greetingOf(words: readonly string[], servers: number): string {
  const command = words.map((word) => ` ${printable(word)}`).join("");
  const found = servers === 0 ? "" : `; (${servers} server${servers === 1 ? "" : "s"} found)\n`;
  return `\n; <<>> Portolan ${VERSION} <<>>${command}\n${found};; global options: +cmd\n`;
}
