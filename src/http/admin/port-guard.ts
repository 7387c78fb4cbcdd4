import type { IncomingMessage } from "node:http";
import { isLoopback, plainAddress } from "../../net/loopback.ts";
import type { Logger } from "../../observe/log.ts";
import type { RequestGuard } from "./admin-server.ts";
import type { AdminToken } from "./admin-token.ts";
import { MinuteLimit } from "./minute-limit.ts";
import { BadRequest } from "./read-json.ts";

const WRONG_TOKENS = 5;

export interface PortGuardOptions {
  /** What the server listens on, "" for all addresses. */
  readonly host: string;
  readonly token: AdminToken | undefined;
  readonly log: Logger;
}

/**
 * Who may ask over TCP: somebody who means this server (a name of another site that leads here does not), who is
 * no page of another site, and who has the token.
 */
export function portGuard({ host, token, log }: PortGuardOptions): RequestGuard {
  const wrong = new MinuteLimit(WRONG_TOKENS);
  return async (request, isWrite) => {
    if (!isOurs(hostIn(request.headers.host), host, request)) {
      throw new BadRequest("the Host header names another server", 421);
    }
    refuseOtherSites(request, host);
    if (token) return requireToken(request, token, wrong, log);
    if (isWrite) {
      throw new BadRequest("this needs a token: start the server with -admin.token FILE", 403);
    }
  };
}

function refuseOtherSites(request: IncomingMessage, host: string): void {
  const { origin, "sec-fetch-site": site = "none", "x-portolan": header } = request.headers;
  if (origin !== undefined && !isOurs(hostOfOrigin(origin), host, request)) {
    throw new BadRequest("the Origin header names another site", 403);
  }
  if (site !== "same-origin" && site !== "none") {
    throw new BadRequest("asked by a page of another site", 403);
  }
  // No form can send it, and a script of another site only where this server said that it may.
  if (request.method !== "GET" && header !== "1") {
    throw new BadRequest('expected the header "X-Portolan: 1"', 403);
  }
}

async function requireToken(
  request: IncomingMessage,
  token: AdminToken,
  wrong: MinuteLimit,
  log: Logger,
): Promise<void> {
  const [, offered] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (offered === undefined) throw new BadRequest("expected Authorization: Bearer TOKEN", 401);
  // The right one, too: else the answer would tell a guess from a hit.
  if (wrong.waitSeconds > 0) throw tooMany(wrong);
  let isRight: boolean;
  try {
    isRight = await token.matches(offered);
  } catch (error) {
    log.warn((error as Error).message);
    throw new BadRequest("the server cannot read its token", 503);
  }
  // Others may have been wrong meanwhile.
  if (wrong.waitSeconds > 0) throw tooMany(wrong);
  if (isRight) return;
  wrong.count();
  const from = request.socket.remoteAddress ?? "somebody";
  log.warn(`Wrong token at the admin endpoint, from ${from}`);
  if (wrong.waitSeconds > 0) {
    log.warn(
      `Refusing all tokens at the admin endpoint for ${wrong.waitSeconds} s: ${WRONG_TOKENS} were wrong within a minute`,
    );
  }
  throw new BadRequest("wrong token", 401);
}

function tooMany({ waitSeconds }: MinuteLimit): BadRequest {
  return new BadRequest("too many wrong tokens", 429, waitSeconds);
}

/** Whether a host is a loopback one, the one that is listened on, or the address that was connected to. */
function isOurs(named: string | undefined, host: string, { socket }: IncomingMessage): boolean {
  if (named === undefined) return false;
  const reached = plainAddress(socket.localAddress ?? "");
  return isLoopback(named) || named === host.toLowerCase() || named === reached;
}

/** The host of a Host header, without its port: what a port is forwarded from is nobody's business. */
function hostIn(header: string | undefined): string | undefined {
  const [, v6, name] =
    /^(?:\[([\da-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? "") ?? [];
  return (v6 ?? name)?.toLowerCase();
}

function hostOfOrigin(origin: string): string | undefined {
  const [, authority] = /^https?:\/\/([^/]+)$/i.exec(origin) ?? [];
  return hostIn(authority);
}
