import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { connect, constants } from "node:http2";
import type { Socket } from "node:net";
import { guard } from "../../observe/faults.ts";
import { onResume } from "../../observe/resume.ts";
import { inflatedBody } from "./inflated-body.ts";
import type { ApiHeaders, ApiResponse, ApiTransport } from "./transport.ts";
import { parseRetryAfterMs, RESPONSE_TIMEOUT_MS } from "./transport.ts";

/** A connection on which nothing has come for so long is asked whether it lives. */
const PING_AFTER_MS = 3_000;
/** A little less than the time between two looks, which may come early. */
const PING_TIMEOUT_MS = 2_900;
/** After a sleep of the machine the connection is dead more often than not. */
const PING_AFTER_SLEEP_MS = 1_500;
/** Octets that may be under way: a list flows at full speed, and no more of it waits in memory. */
const STREAM_WINDOW = 1 << 20;
const SESSION_WINDOW = 4 << 20;

/** RFC 9113 §6.5.2 recommends to allow no fewer. */
const DEFAULT_STREAMS = 100;

/** All requests over one HTTP/2 connection, its life proved by PING (RFC 9113 §6.7). */
export class Http2Transport implements ApiTransport {
  readonly #session: ClientHttp2Session;
  readonly #timer: NodeJS.Timeout;
  readonly #socket: Socket;
  readonly #forget: () => void;
  #isEnded = false;
  #streams = 0;
  #failure: Error | undefined;
  #octetsSeen = -1;
  #pingSentMs = 0;

  constructor(origin: string, socket: Socket) {
    this.#socket = socket;
    this.#session = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
    });
    this.#session.on(
      "connect",
      this.#guard(() => this.#widen()),
    );
    this.#session.on("error", (error: Error) => this.#end(error));
    this.#session.on("goaway", () => this.#end(undefined));
    this.#session.on("close", () => {
      this.#end(undefined);
      this.#stopLooking();
    });
    this.#timer = setInterval(
      this.#guard(() => this.#checkLife()),
      PING_AFTER_MS,
    );
    this.#timer.unref();
    this.#forget = onResume(this.#guard(() => this.#checkAfterSleep()));
  }

  #guard<Args extends unknown[]>(run: (...args: Args) => void): (...args: Args) => void {
    return guard("connection to the API server", run, (error) => this.#destroy(error));
  }

  #widen(): void {
    if (!this.#session.destroyed) this.#session.setLocalWindowSize(SESSION_WINDOW);
  }

  /** With as many streams as the server allows, further requests would wait for one to end. */
  get isUsable(): boolean {
    const { maxConcurrentStreams = DEFAULT_STREAMS } = this.#session.remoteSettings;
    return !this.#isEnded && this.#streams < maxConcurrentStreams;
  }

  get(path: string, headers: ApiHeaders): Promise<ApiResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<ApiResponse>();
    const stream = this.#session.request({ ":path": path, ...headers }, { endStream: true });
    this.#streams++;
    const giveUp = this.#guard(() => {
      stream.close(constants.NGHTTP2_CANCEL);
      reject(new Error(`no response within ${RESPONSE_TIMEOUT_MS / 1_000} s`));
    });
    const timer = setTimeout(giveUp, RESPONSE_TIMEOUT_MS);
    stream.on("error", (error) => reject(this.#failure ?? error));
    stream.on("close", () => {
      this.#streams--;
      clearTimeout(timer);
      reject(this.#failure ?? new Error("connection lost before a response came"));
    });
    const onResponse = this.#guard((head: IncomingHttpHeaders) => {
      clearTimeout(timer);
      resolve(responseOf(head, stream));
    });
    stream.on("response", onResponse);
    return promise;
  }

  retire(): void {
    this.#end(undefined);
    this.#session.close();
  }

  close(): void {
    this.#end(undefined);
    this.#destroy();
  }

  /** A session whose octets nobody takes waits for that before it ends its socket: for ever. */
  #destroy(error?: Error): void {
    this.#stopLooking();
    this.#session.destroy(error);
    this.#socket.destroy();
  }

  #stopLooking(): void {
    clearInterval(this.#timer);
    this.#forget();
  }

  #checkAfterSleep(): void {
    if (this.#session.destroyed) return this.close();
    const octets = this.#socket.bytesRead;
    this.#session.ping(() => {});
    const look = this.#guard(() => {
      if (this.#socket.bytesRead === octets)
        this.#freeze("the machine was asleep, and nothing came to a PING since");
    });
    // What has come meanwhile is read first.
    setTimeout(() => setImmediate(look), PING_AFTER_SLEEP_MS).unref();
  }

  #freeze(what: string): void {
    const message = `connection frozen: ${what}`;
    this.#failure = Object.assign(new Error(message), { code: "ETIMEDOUT" });
    this.#destroy(this.#failure);
  }

  #end(error: Error | undefined): void {
    this.#isEnded = true;
    this.#failure ??= error;
  }

  /** Whatever has come since the last look proves life; silence is broken by a PING. */
  #checkLife(): void {
    // Its "close" may be late in coming, or never come; until then every call throws.
    if (this.#session.destroyed) return this.close();
    const octets = this.#socket.bytesRead;
    if (octets !== this.#octetsSeen) {
      this.#octetsSeen = octets;
      this.#pingSentMs = 0;
    } else if (this.#pingSentMs === 0) {
      this.#pingSentMs = performance.now();
      // What comes back counts as octets read.
      this.#session.ping(() => {});
    } else if (performance.now() - this.#pingSentMs >= PING_TIMEOUT_MS) {
      const seconds = Math.floor((PING_AFTER_MS + PING_TIMEOUT_MS) / 1_000);
      this.#freeze(`nothing came for over ${seconds} s, not even to a PING`);
    }
  }
}

function responseOf(head: IncomingHttpHeaders, body: ClientHttp2Stream): ApiResponse {
  const retryAfter = head["retry-after"];
  return {
    status: Number(head[":status"]),
    contentType: head["content-type"] ?? "",
    retryAfterMs: parseRetryAfterMs(typeof retryAfter === "string" ? retryAfter : undefined),
    body: inflatedBody(head["content-encoding"], body),
  };
}
