import type { ClientSubnet } from "../../dns/edns.ts";
import { MAX_UDP_OCTETS } from "../../dns/edns.ts";
import type { Name } from "../../dns/name.ts";

/** How a query travels. `http` is DNS over HTTPS without TLS, for servers behind a proxy. */
export type Transport = "udp" | "tcp" | "tls" | "https" | "http";

/** What is printed of a reply; names of dig's switches. */
export interface Shown {
  cmd: boolean;
  comments: boolean;
  question: boolean;
  answer: boolean;
  authority: boolean;
  additional: boolean;
  stats: boolean;
  ttlid: boolean;
  class: boolean;
}

/** All that `+option` words set; dig's defaults. */
export interface Settings {
  /** Undefined: UDP, or TCP where the type asks for it. */
  transport: Transport | undefined;
  /** Path of the URL for HTTPS. */
  path: string;
  /** File with the authorities to trust instead of Node's; false to verify nothing. */
  tlsCa: string | boolean;
  tlsHostname: string | undefined;
  /** Undefined: no EDNS. */
  ednsVersion: number | undefined;
  negotiatesEdns: boolean;
  payloadSize: number;
  dnssecOk: boolean;
  recursionDesired: boolean;
  authenticData: boolean;
  checkingDisabled: boolean;
  nsid: boolean;
  /** `true` draws one. */
  cookie: boolean | Buffer;
  retriesBadCookie: boolean;
  subnet: ClientSubnet | undefined;
  timeoutSeconds: number | undefined;
  tries: number | undefined;
  searches: boolean;
  showsSearch: boolean;
  ndots: number | undefined;
  /** Instead of the search list. */
  domain: Name | undefined;
  ignoresTruncation: boolean;
  short: boolean;
  dns2: boolean;
  shown: Shown;
}

export function defaultSettings(): Settings {
  return {
    transport: undefined,
    path: "/dns-query",
    tlsCa: true,
    tlsHostname: undefined,
    ednsVersion: 0,
    negotiatesEdns: true,
    payloadSize: MAX_UDP_OCTETS,
    dnssecOk: false,
    recursionDesired: true,
    authenticData: true,
    checkingDisabled: false,
    nsid: false,
    cookie: true,
    retriesBadCookie: true,
    subnet: undefined,
    timeoutSeconds: undefined,
    tries: undefined,
    searches: false,
    showsSearch: false,
    ndots: undefined,
    domain: undefined,
    ignoresTruncation: false,
    short: false,
    dns2: false,
    shown: showing(true),
  };
}

export function showing(all: boolean): Shown {
  return {
    cmd: all,
    comments: all,
    question: all,
    answer: all,
    authority: all,
    additional: all,
    stats: all,
    ttlid: true,
    class: true,
  };
}
