import { hostPort } from "../../../net/host-port.ts";
import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { AccessError } from "../access.ts";
import { decode } from "./server-url.ts";

/**
 * Opens a TCP connection through a proxy by CONNECT (RFC 9110 §9.3.6).
 * @param proxy `http:` or `https:`; user and password are sent as basic authentication
 * @param host name or address; IPv6 without brackets
 * @param timeoutMs for connection, TLS with the proxy, and its answer together
 * @throws {AccessError} that names the proxy, never its password
 */
export function openTunnel(
  proxy: URL,
  host: string,
  port: number,
  timeoutMs: number,
): Promise<Socket> {
  const authority = hostPort(host, port);
  const fail = (reason: string, cause?: unknown): AccessError => {
    const name = `${proxy.protocol}//${proxy.host}`;
    const text = `Cannot connect to ${authority} through proxy "${name}": ${reason}`;
    return new AccessError(text, { cause });
  };
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const request = connectRequest(proxy, authority);
  const timer = setTimeout(() => {
    request.destroy(new Error(`no answer within ${timeoutMs} ms`));
  }, timeoutMs);
  request.on("connect", ({ statusCode = 0, statusMessage = "" }, socket: Socket, head: Buffer) => {
    clearTimeout(timer);
    if (statusCode < 200 || statusCode > 299) {
      socket.destroy();
      return reject(fail(`it answered ${statusCode} ${statusMessage}`.trimEnd()));
    }
    // Octets that came with the proxy's answer belong to the server.
    if (head.length > 0) socket.unshift(head);
    // Whoever takes it over hears of errors by its own ears; none may end the process.
    socket.on("error", () => {});
    resolve(socket);
  });
  request.on("error", (error) => {
    clearTimeout(timer);
    reject(fail(error.message, error));
  });
  request.end();
  return promise;
}

function connectRequest(proxy: URL, authority: string): http.ClientRequest {
  const { username, password, hostname } = proxy;
  const login = Buffer.from(`${decode(username)}:${decode(password)}`).toString("base64");
  const isSecure = proxy.protocol === "https:";
  return (isSecure ? https : http).request({
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(proxy.port) || (isSecure ? 443 : 80),
    method: "CONNECT",
    path: authority,
    headers: {
      host: authority,
      ...(username === "" ? {} : { "proxy-authorization": `Basic ${login}` }),
    },
    agent: false,
  });
}
