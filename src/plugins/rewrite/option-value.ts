import { clientSubnetOption } from "../../dns/edns.ts";
import { parseIpv4, parseIpv6 } from "../../dns/rdata/ip-address.ts";
import type { OptionValue } from "./option-rule.ts";

export function constantValue(data: Buffer): OptionValue {
  return { isPerClient: false, of: () => data };
}

/** What a variable such as `client_ip` stands for; undefined if there is none of that name. */
export function variableValue(name: string): OptionValue | undefined {
  return VARIABLES.get(name);
}

const VARIABLES: ReadonlyMap<string, OptionValue> = new Map([
  ["qname", ofQuestion(({ text }) => Buffer.from(text))],
  ["qtype", ofQuestion(({ qtype }) => u16(qtype))],
  ["client_ip", ofClient(({ query }) => addressOctets(query.client.address))],
  ["client_port", ofClient(({ query }) => u16(query.client.port))],
  [
    "protocol",
    ofClient(({ query }) => Buffer.from(query.client.transport === "udp" ? "udp" : "tcp")),
  ],
  ["server_ip", ofClient(({ query }) => addressOctets(query.client.localAddress))],
  ["server_port", ofClient(({ query }) => u16(query.client.localPort))],
]);

/** The client's address up to so many bits (RFC 7871 §6). With none of them, all clients are one. */
export function subnetValue(v4Bits: number, v6Bits: number): OptionValue {
  return {
    isPerClient: v4Bits > 0 || v6Bits > 0,
    of({ query }) {
      const address = addressOctets(query.client.address);
      if (!address) return undefined;
      const isIpv6 = address.length === 16;
      const bits = isIpv6 ? v6Bits : v4Bits;
      return clientSubnetOption({
        family: isIpv6 ? 2 : 1,
        sourcePrefixLength: bits,
        scopePrefixLength: 0,
        address: prefixOctets(address, bits),
      }).data;
    },
  };
}

function ofQuestion(of: OptionValue["of"]): OptionValue {
  return { isPerClient: false, of };
}

function ofClient(of: OptionValue["of"]): OptionValue {
  return { isPerClient: true, of };
}

/** As few octets as the bits need, with zeros behind them. */
function prefixOctets(address: Buffer, bits: number): Buffer {
  const octets = Buffer.from(address.subarray(0, Math.ceil(bits / 8)));
  const spare = octets.length * 8 - bits;
  if (spare > 0)
    octets.writeUInt8((octets.at(-1) ?? 0) & (0xff << spare) & 0xff, octets.length - 1);
  return octets;
}

function addressOctets(address: string): Buffer | undefined {
  return parseIpv4(address) ?? parseIpv6(address);
}

function u16(value: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(value);
  return octets;
}
