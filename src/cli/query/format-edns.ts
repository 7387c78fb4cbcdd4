import type { Edns, EdnsOption } from "../../dns/edns.ts";
import { decodeClientSubnet, decodeExtendedError, decodeKeepalive } from "../../dns/edns.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import { formatIpv4, formatIpv6 } from "../../dns/rdata/ip-address.ts";
import { extendedErrorName } from "../../dns/iana/extended-error-name.ts";
import { printable } from "./printable.ts";

/** An option in words. */
export interface OptionText {
  readonly name: string;
  /** Empty if the option is. */
  readonly value: string;
}

type Explain = (data: Buffer, cookie: Buffer | undefined) => string | undefined;

const OPTIONS: ReadonlyMap<number, readonly [name: string, explain: Explain]> = new Map([
  [OptionCode.NSID, ["NSID", octetsAndText]],
  [OptionCode.CLIENT_SUBNET, ["CLIENT-SUBNET", explainSubnet]],
  [OptionCode.EXPIRE, ["EXPIRE", explainExpire]],
  [OptionCode.COOKIE, ["COOKIE", explainCookie]],
  [OptionCode.KEEPALIVE, ["TCP KEEPALIVE", explainKeepalive]],
  [OptionCode.PADDING, ["PAD", (data: Buffer) => `(${data.length} bytes)`]],
  [OptionCode.EXTENDED_ERROR, ["EDE", explainError]],
] as const);

/**
 * Says what an option says, in dig's words.
 * @param cookie what the client sent, to hold a cookie against it
 */
export function explainOption({ code, data }: EdnsOption, cookie: Buffer | undefined): OptionText {
  const [name, explain] = OPTIONS.get(code) ?? [`OPT=${code}`, octetsAndText];
  const value = data.length === 0 ? "" : (explain(data, cookie) ?? octetsAndText(data));
  return { name, value };
}

/** The lines of dig's pseudosection, the title left out. */
export function formatEdns(edns: Edns, cookie: Buffer | undefined): string[] {
  const flags = edns.dnssecOk ? " do" : "";
  return [
    `; EDNS: version: ${edns.version}, flags:${flags}; udp: ${edns.payloadSize}`,
    ...edns.options.map((option) => {
      const { name, value } = explainOption(option, cookie);
      return value === "" ? `; ${name}:` : `; ${name}: ${value}`;
    }),
  ];
}

/** `6f 6b ("ok")`. */
function octetsAndText(data: Buffer): string {
  const octets = [...data].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
  const text = data.toString("latin1").replace(/[^ -~]/g, ".");
  return `${octets} ("${text}")`;
}

function explainSubnet(data: Buffer): string | undefined {
  const subnet = decodeClientSubnet(data);
  const size = subnet?.family === 1 ? 4 : subnet?.family === 2 ? 16 : 0;
  if (!subnet || subnet.address.length > size) return undefined;
  const octets = Buffer.alloc(size);
  subnet.address.copy(octets);
  const address = size === 4 ? formatIpv4(octets) : formatIpv6(octets);
  return `${address}/${subnet.sourcePrefixLength}/${subnet.scopePrefixLength}`;
}

function explainCookie(data: Buffer, sent: Buffer | undefined): string {
  const isOurs = sent !== undefined && data.subarray(0, 8).equals(sent);
  const verdict = isOurs ? (data.length === 8 ? "echoed" : "good") : "bad";
  return `${data.toString("hex")} (${verdict})`;
}

function explainKeepalive(data: Buffer): string | undefined {
  const timeoutMs = decodeKeepalive(data);
  return timeoutMs === undefined ? undefined : `${(timeoutMs / 1000).toFixed(1)} secs`;
}

function explainExpire(data: Buffer): string | undefined {
  return data.length === 4
    ? `${data.readUInt32BE(0)} (${inUnits(data.readUInt32BE(0))})`
    : undefined;
}

function inUnits(seconds: number): string {
  const units = [
    ["week", Math.floor(seconds / 604_800)],
    ["day", Math.floor(seconds / 86_400) % 7],
    ["hour", Math.floor(seconds / 3600) % 24],
    ["minute", Math.floor(seconds / 60) % 60],
    ["second", seconds % 60],
  ] as const;
  const said = units.filter(([unit, count]) => count > 0 || (unit === "second" && seconds === 0));
  return said.map(([unit, count]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ");
}

/** `15 (Blocked): (by policy)`. */
function explainError(data: Buffer): string | undefined {
  const error = decodeExtendedError(data);
  if (!error) return undefined;
  const name = extendedErrorName(error.infoCode);
  const words = name === undefined ? "" : ` (${name})`;
  const text = printable(error.extraText.replace(/\0+$/, ""));
  return `${error.infoCode}${words}${text === "" ? "" : `: (${text})`}`;
}
