import { request } from "node:http";
import { EXPLAIN_PATH } from "../explain/admin.ts";
import type { ExplainRequest } from "../explain/explain.ts";
import type { Explanation } from "../explain/explanation.ts";

/** No server is there to be asked. */
export class NoServer extends Error {
  override readonly name = "NoServer";
}

/** As long as the server takes at most, and some more. */
const PATIENCE_MS = 5_000;
/** More than any explanation has. */
const MAX_REPLY_OCTETS = 4_000_000;

/**
 * Has a running server explain a name.
 * @throws {NoServer} if nobody answers at the socket
 * @throws {TypeError} if the server says that the question is none
 */
export async function askAdmin(socketPath: string, asked: ExplainRequest): Promise<Explanation> {
  const { status, text } = await post(socketPath, JSON.stringify(asked));
  let reply: Partial<Explanation> & { readonly error?: unknown };
  try {
    reply = JSON.parse(text) as typeof reply;
  } catch {
    throw strange(socketPath);
  }
  if (status === 200 && reply.version === 1) return reply as Explanation;
  throw typeof reply.error === "string" ? new TypeError(reply.error) : strange(socketPath);
}

function strange(path: string): Error {
  return new Error(`Cannot ask "${path}": what answers there is no Portolan of this version`);
}

function post(socketPath: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const sent = request(
      { socketPath, path: EXPLAIN_PATH, method: "POST", headers, timeout: PATIENCE_MS },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > MAX_REPLY_OCTETS) response.destroy(strange(socketPath));
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on("timeout", () => sent.destroy(strange(socketPath)));
    sent.on("error", (cause: NodeJS.ErrnoException) => {
      const { code } = cause;
      const isNobody = code !== undefined && code !== "ECONNRESET" && code.startsWith("E");
      const message = `Cannot ask "${socketPath}": ${code}`;
      reject(isNobody ? new NoServer(message, { cause }) : cause);
    });
    sent.end(body);
  });
}
