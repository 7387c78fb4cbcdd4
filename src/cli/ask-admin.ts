import { readFileSync } from "node:fs";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { request } from "node:http";
import { safeTexts } from "../explain/words.ts";
import { splitAddress } from "../http/http-endpoints.ts";
import type { AdminTarget } from "./admin-target.ts";

/** No server is there to be asked. */
export class NoServer extends Error {
  override readonly name = "NoServer";
}

/** A running server, and what it wants to see of who asks. */
export interface AskedServer {
  readonly target: AdminTarget;
  readonly token: string | undefined;
}

/** As long as the server takes at most, and some more. */
const PATIENCE_MS = 5_000;
/** More than any answer in JSON has. */
const MAX_REPLY_OCTETS = 4_000_000;

/**
 * The token to ask with: of the file that is named, or that the environment names.
 * @throws {Error} if it cannot be read
 */
export function readToken(
  file: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const path = file ?? env["PORTOLAN_ADMIN_TOKEN_FILE"];
  if (path === undefined || path === "") return undefined;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    throw new Error(`Cannot read token "${path}": ${code}`, { cause });
  }
}

/**
 * Asks a running server for an answer in JSON.
 * @throws {NoServer} if nobody answers there
 * @throws {TypeError} with the server's words if it refuses
 */
export async function askAdmin(
  server: AskedServer,
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const response = await post(server, path, body);
  return jsonOf(response, server);
}

/**
 * Asks a running server for text, which comes in pieces.
 * @throws as {@link askAdmin}, and {Error} if the text ends too early
 */
export async function* askAdminForText(
  server: AskedServer,
  path: string,
  body: object,
): AsyncGenerator<string, void, undefined> {
  const response = await post(server, path, body);
  if (response.headers["content-type"]?.startsWith("application/json") === true) {
    await jsonOf(response, server);
    throw strange(server);
  }
  response.setEncoding("utf8");
  try {
    for await (const piece of response) yield piece as string;
  } catch (cause) {
    throw new Error(`Cannot ask "${nameOf(server)}": the answer breaks off`, { cause });
  }
}

async function jsonOf(
  response: IncomingMessage,
  server: AskedServer,
): Promise<Record<string, unknown>> {
  let text = "";
  response.setEncoding("utf8");
  for await (const piece of response) {
    text += piece as string;
    if (text.length > MAX_REPLY_OCTETS) throw strange(server);
  }
  let reply: unknown;
  try {
    // Whose socket that is nobody knows.
    reply = safeTexts(JSON.parse(text) as unknown);
  } catch {
    throw strange(server);
  }
  if (typeof reply !== "object" || reply === null) throw strange(server);
  if (response.statusCode === 200) return reply as Record<string, unknown>;
  const { error } = reply as { readonly error?: unknown };
  if (typeof error !== "string" || response.statusCode === 404) throw strange(server);
  throw new TypeError(isAboutTheQuestion(response) ? error : `${refused(server)}: ${error}`);
}

/** Such an error is a sentence of its own. */
function isAboutTheQuestion({ statusCode }: IncomingMessage): boolean {
  return statusCode === 400;
}

function refused(server: AskedServer): string {
  return `Cannot ask "${nameOf(server)}"`;
}

function strange(server: AskedServer): Error {
  return new Error(`${refused(server)}: what answers there is no Portolan of this version`);
}

function nameOf({ target }: AskedServer): string {
  return target.kind === "tcp" ? `tcp://${target.address}` : target.path;
}

/** Resolves when the answer begins. */
function post(server: AskedServer, path: string, body: object): Promise<IncomingMessage> {
  const text = JSON.stringify(body);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent: ClientRequest = request(
    {
      ...placeOf(server.target),
      path,
      method: "POST",
      timeout: PATIENCE_MS,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
        "x-portolan": "1",
        ...(server.token === undefined ? {} : { authorization: `Bearer ${server.token}` }),
      },
    },
    resolve,
  );
  sent.on("timeout", () => sent.destroy(strange(server)));
  sent.on("error", (cause: NodeJS.ErrnoException) => {
    const { code } = cause;
    reject(
      isNobody(code)
        ? new NoServer(`${refused(server)}: ${code}`, { cause })
        : failure(server, cause),
    );
  });
  sent.end(text);
  return promise;
}

const THERE = new Set(["ECONNRESET", "EACCES", "EPERM"]);

/** Somebody who hangs up, or whose socket is not for us, is there. */
function isNobody(code: string | undefined): boolean {
  return code !== undefined && !THERE.has(code) && /^E[A-Z]+$/.test(code);
}

function failure(server: AskedServer, cause: NodeJS.ErrnoException): Error {
  const { code } = cause;
  if (code === "EACCES" || code === "EPERM") {
    const hint = "its socket is open to the server's own user alone: ask as that user, or as root";
    return new Error(`${refused(server)}: ${code}: ${hint}`, { cause });
  }
  // Whoever hangs up or speaks something else than HTTP.
  return code === undefined || cause.message.startsWith("Cannot ask") ? cause : strange(server);
}

function placeOf(target: AdminTarget): RequestOptions {
  if (target.kind === "socket") return { socketPath: target.path };
  const { host, port } = splitAddress(target.address);
  return { host: host === "" ? "localhost" : host, port };
}
