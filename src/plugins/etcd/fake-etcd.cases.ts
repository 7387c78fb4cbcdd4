import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Entry {
  readonly value: string;
  readonly lease: string;
}

/** A request, before it is answered: what returns true has answered it. */
type Script = (path: string, response: ServerResponse, token: string | undefined) => boolean;

/** What of etcd's JSON gateway the plugin speaks to, with what a test puts into it. */
export class FakeEtcd {
  #port = 0;
  readonly #entries = new Map<string, Entry>();
  readonly leases = new Map<string, number>();
  /** What was asked: `range /skydns/a/`. */
  readonly asked: string[] = [];
  script: Script = () => false;
  readonly #server = createServer((request, response) => {
    request.on("error", () => {});
    response.on("error", () => {});
    void this.#answer(request, response);
  });

  static async start(): Promise<FakeEtcd> {
    const etcd = new FakeEtcd();
    etcd.#server.listen(0, "127.0.0.1");
    await once(etcd.#server, "listening");
    etcd.#port = (etcd.#server.address() as AddressInfo).port;
    return etcd;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  put(key: string, value: object | string, lease = "0"): void {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    this.#entries.set(key, { value: text, lease });
  }

  /** Goes on on the same port. */
  async restart(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
    const { url = "", headers } = request;
    if (this.script(url, response, headers.authorization)) return;
    if (url === "/v3/kv/range") sendJson(response, 200, this.#range(body));
    else if (url === "/v3/lease/timetolive") this.#lease(response, body.ID ?? "");
    else sendJson(response, 404, { error: "no such path" });
  }

  #lease(response: ServerResponse, id: string): void {
    this.asked.push(`lease ${id}`);
    sendJson(response, 200, { ID: id, TTL: String(this.leases.get(id) ?? -1) });
  }

  #range({ key = "", range_end: end }: Record<string, string>): object {
    const first = fromBase64(key);
    this.asked.push(`range ${first}`);
    const isIn = (one: string): boolean => {
      return end === undefined ? one === first : one >= first && one < fromBase64(end);
    };
    const found = [...this.#entries]
      .filter(([one]) => isIn(one))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    // The gateway leaves out what is zero.
    if (found.length === 0) return { header: {} };
    const kvs = found.map(([one, { value, lease }]) => ({
      key: toBase64(one),
      ...(value === "" ? {} : { value: toBase64(value) }),
      ...(lease === "0" ? {} : { lease }),
    }));
    return { header: {}, kvs, count: String(kvs.length) };
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function toBase64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function fromBase64(text: string): string {
  return Buffer.from(text, "base64").toString();
}
