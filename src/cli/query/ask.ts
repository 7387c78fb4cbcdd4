import { Flag } from "../../dns/header.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { findOption } from "../../dns/edns.ts";
import type { Question } from "../../dns/message.ts";
import { askDns2 } from "./dns2-client.ts";
import type { Endpoint } from "./endpoint.ts";
import { ExchangeError } from "./exchange-error.ts";
import { exchangeHttp } from "./https.ts";
import { formatFailure } from "./format-text.ts";
import type { QueryPacket } from "./query-packet.ts";
import { makeQueryPacket } from "./query-packet.ts";
import type { Reply } from "./reply.ts";
import { isTruncated, mismatchOf, readReply } from "./reply.ts";
import type { Settings, Transport } from "./settings.ts";
import { exchangeStream } from "./stream.ts";
import { termsOf } from "./tls.ts";
import { exchangeUdp } from "./udp.ts";

/** How long and how often. */
export interface Patience {
  readonly timeoutMs: number;
  readonly tries: number;
}

/** Asks for one question at several servers. */
export class Asker {
  readonly #endpoints: readonly Endpoint[];
  readonly #patience: Patience;
  readonly #warn: (line: string) => void;
  /** Those whose reply was too long for UDP. */
  readonly #truncated = new Set<Endpoint>();

  /** @param warn takes lines about what went wrong on the way, without `;; ` in front */
  constructor(endpoints: readonly Endpoint[], patience: Patience, warn: (line: string) => void) {
    this.#endpoints = endpoints;
    this.#patience = patience;
    this.#warn = warn;
  }

  /** Asks each server in turn, as often as patience has it; undefined if none replies. */
  async ask(
    question: Question,
    settings: Settings,
    transport: Transport,
  ): Promise<Reply | undefined> {
    for (let tries = 0; tries < this.#patience.tries; tries++) {
      for (const endpoint of this.#endpoints) {
        const way = this.#truncated.has(endpoint) ? "tcp" : transport;
        const reply = await this.#tryOne(question, settings, way, endpoint);
        if (reply) return reply;
      }
    }
    return undefined;
  }

  async #tryOne(
    question: Question,
    settings: Settings,
    transport: Transport,
    endpoint: Endpoint,
  ): Promise<Reply | undefined> {
    try {
      return await this.#converse(question, { ...settings }, transport, endpoint);
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      this.#warn(formatFailure(error, endpoint, question.qname));
      return undefined;
    }
  }

  /** Puts the question otherwise as long as the server asks for that. */
  async #converse(
    question: Question,
    settings: Settings,
    transport: Transport,
    endpoint: Endpoint,
  ): Promise<Reply> {
    const reply = await this.#exchange(question, settings, transport, endpoint);
    const another = anotherWay(reply, settings);
    if (!another) return reply;
    this.#warn(another.warning);
    if (another.transport !== transport) this.#truncated.add(endpoint);
    return this.#converse(question, another.settings, another.transport, endpoint);
  }

  async #exchange(
    question: Question,
    settings: Settings,
    transport: Transport,
    endpoint: Endpoint,
  ): Promise<Reply> {
    const query = makeQueryPacket(question, settings, idFor(transport));
    const beganMs = performance.now();
    const packet = settings.dns2
      ? await askDns2(question, settings, endpoint, transport, this.#patience.timeoutMs)
      : await this.#send(query, settings, transport, endpoint);
    const elapsedMs = performance.now() - beganMs;
    const read = readReply(packet);
    if ((packet.readUInt16BE(2) & Flag.QR) === 0) this.#warn("Warning: query response not set");
    if (read.isMalformed && !isTruncated(packet)) {
      this.#warn("Warning: Message parser reports malformed message packet.");
    }
    if (isForeignCookie(query, read.message.edns)) this.#warn("Warning: Client COOKIE mismatch");
    return { ...read, query, endpoint, transport, elapsedMs, receivedMs: Date.now() };
  }

  #send(
    query: QueryPacket,
    settings: Settings,
    transport: Transport,
    endpoint: Endpoint,
  ): Promise<Buffer> {
    const { timeoutMs } = this.#patience;
    const accept = (packet: Buffer): boolean => this.#accepts(packet, query);
    if (transport === "udp") return exchangeUdp(endpoint, query.packet, timeoutMs, accept);
    const tls =
      transport === "tls" || transport === "https" ? termsOf(settings, endpoint) : undefined;
    if (transport === "tcp" || transport === "tls") {
      return exchangeStream(endpoint, query.packet, timeoutMs, accept, tls);
    }
    return exchangeHttp(endpoint, settings.path, query.packet, timeoutMs, tls).then((packet) => {
      if (accept(packet)) return packet;
      throw new ExchangeError("the reply is not to this query");
    });
  }

  #accepts(packet: Buffer, query: QueryPacket): boolean {
    const mismatch = mismatchOf(packet, query);
    if (mismatch !== undefined) this.#warn(mismatch);
    return mismatch === undefined;
  }
}

/** HTTP has its own way to tell replies apart, and 0 lets it keep them (RFC 8484 §4.1). */
function idFor(transport: Transport): number | undefined {
  return transport === "https" || transport === "http" ? 0 : undefined;
}

interface AnotherWay {
  readonly warning: string;
  readonly settings: Settings;
  readonly transport: Transport;
}

function anotherWay(reply: Reply, settings: Settings): AnotherWay | undefined {
  const { message, transport } = reply;
  if (transport === "udp" && (message.flags & Flag.TC) !== 0 && !settings.ignoresTruncation) {
    return { warning: "Truncated, retrying in TCP mode.", settings, transport: "tcp" };
  }
  const { edns, rcode } = message;
  const asked = settings.ednsVersion ?? 0;
  if (rcode === Rcode.BADVERS && settings.negotiatesEdns && edns && edns.version < asked) {
    const warning = `BADVERS, retrying with EDNS version ${edns.version}.`;
    return { warning, settings: { ...settings, ednsVersion: edns.version }, transport };
  }
  const cookie = edns && findOption(edns.options, OptionCode.COOKIE)?.data;
  const isNew = cookie !== undefined && cookie.length >= 16 && cookie.length <= 40;
  if (rcode !== Rcode.BADCOOKIE || !settings.retriesBadCookie || !isNew) return undefined;
  // Who says so again over TCP means it.
  if (transport !== "udp") return undefined;
  const isSecond = settings.cookie !== true && settings.cookie !== false;
  return {
    warning: `BADCOOKIE, retrying${isSecond ? " in TCP mode" : ""}.`,
    settings: { ...settings, cookie },
    transport: isSecond ? "tcp" : transport,
  };
}

function isForeignCookie({ cookie }: QueryPacket, edns: Reply["message"]["edns"]): boolean {
  const found = edns && findOption(edns.options, OptionCode.COOKIE)?.data;
  return cookie !== undefined && found !== undefined && !found.subarray(0, 8).equals(cookie);
}
