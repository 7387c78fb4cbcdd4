import { isIPv6 } from "node:net";
import DNS from "dns2";
import { hostPort } from "../../net/host-port.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import type { ClientSubnet } from "../../dns/edns.ts";
import { formatIpv4, formatIpv6 } from "../../dns/rdata/ip-address.ts";
import type { Question } from "../../dns/message.ts";
import type { Endpoint } from "./endpoint.ts";
import { ExchangeError, exchangeError } from "./exchange-error.ts";
import { CommandLineError } from "./command-line-error.ts";
import type { Settings, Transport } from "./settings.ts";

/**
 * Asks by dns2's own client, whose encoder and decoder share nothing with the server: a second opinion. It knows few
 * types, of EDNS only the client's subnet, and of the reply it gives away what it has read: the octets returned are
 * that, encoded anew.
 * @throws {CommandLineError} if dns2 cannot put this question
 * @throws {ExchangeError}
 */
export async function askDns2(
  question: Question,
  settings: Settings,
  endpoint: Endpoint,
  transport: Transport,
  timeoutMs: number,
): Promise<Buffer> {
  const type = formatRrType(question.qtype);
  refuseUnknown(question, type, settings);
  const client = clientFor(settings, endpoint, transport, timeoutMs);
  const { subnet, recursionDesired: recursive } = settings;
  const options = { recursive, ...(subnet ? { clientIp: formatSubnet(subnet) } : {}) };
  const name = question.qname.toString().replace(/(.)\.$/, "$1");
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new ExchangeError("timed out")), timeoutMs);
  try {
    const packet = await Promise.race([client(name, type, question.qclass, options), late]);
    return packet.toBuffer();
  } catch (cause) {
    throw exchangeError(cause);
  } finally {
    clearTimeout(timer);
  }
}

function refuseUnknown({ qname }: Question, type: string, settings: Settings): void {
  const types = Object.keys(DNS.Packet.TYPE);
  if (!types.includes(type)) {
    throw new CommandLineError(`Cannot query type "${type}" by dns2: it knows ${types.join(" ")}`);
  }
  if (qname.toString().includes("\\")) {
    throw new CommandLineError(`Cannot query "${qname.toString()}" by dns2: it knows no escapes`);
  }
  const { dnssecOk, nsid, checkingDisabled } = settings;
  const unknown = Object.entries({ dnssec: dnssecOk, nsid, cdflag: checkingDisabled });
  const [first] = unknown.filter(([, isAsked]) => isAsked);
  if (first)
    throw new CommandLineError(`Cannot use option +${first[0]} with +dns2: it cannot send that`);
}

function clientFor(
  { path, tlsCa, tlsHostname }: Settings,
  { address, port, host }: Endpoint,
  transport: Transport,
  timeoutMs: number,
): DNS.DnsResolver {
  if (typeof tlsCa === "string" || tlsHostname !== undefined) {
    throw new CommandLineError("Cannot use options of TLS with +dns2: it has none");
  }
  if (transport === "https" || transport === "http") {
    return DNS.DOHClient({ dns: `${transport}://${hostPort(host, port)}${path}` });
  }
  if (transport === "udp") {
    const socketType = isIPv6(address) ? "udp6" : "udp4";
    return DNS.UDPClient({
      dns: address,
      port,
      socketType,
      timeout: timeoutMs,
      retryOverTCP: false,
    });
  }
  // It takes what stands before the first colon for the address.
  if (isIPv6(address)) {
    throw new CommandLineError(
      `Cannot query server "${address}" by dns2: over TCP it knows only IPv4`,
    );
  }
  return DNS.TCPClient({
    dns: transport === "tls" ? host : address,
    port,
    protocol: `${transport}:`,
  });
}

function formatSubnet({ family, address, sourcePrefixLength }: ClientSubnet): string {
  const octets = Buffer.alloc(family === 1 ? 4 : 16);
  address.copy(octets);
  return `${family === 1 ? formatIpv4(octets) : formatIpv6(octets)}/${sourcePrefixLength}`;
}
