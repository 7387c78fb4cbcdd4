import { connect as connectTcp, isIP } from "node:net";
import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { connect as connectTls } from "node:tls";
import type { ApiCredentials } from "./access.ts";
import { openTunnel } from "./access/proxy-tunnel.ts";

/** How long TCP and TLS may take together. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** A peer that is gone without a word is noticed by the kernel, too. */
const KEEP_ALIVE_MS = 10_000;

/** What is spoken over TLS, best first (RFC 7301). */
const PROTOCOLS = ["h2", "http/1.1"];

/**
 * Opens a connection as the credentials say: through a proxy, with TLS, HTTP/2 if it can be.
 * @param protocols what may be spoken instead, as RFC 7301 names it
 */
export async function openSocket(
  credentials: ApiCredentials,
  protocols: readonly string[] = PROTOCOLS,
): Promise<Socket | TLSSocket> {
  const { url } = credentials;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const tcp = await openTcp(host, port, credentials.proxy);
  tcp.setNoDelay(true);
  tcp.setKeepAlive(true, KEEP_ALIVE_MS);
  if (url.protocol !== "https:") return tcp;
  const tls = connectTls({ ...tlsOptions(credentials, host, tcp), ALPNProtocols: [...protocols] });
  await opened(tls, "secureConnect");
  return tls;
}

async function openTcp(host: string, port: number, proxy: URL | undefined): Promise<Socket> {
  if (proxy) return openTunnel(proxy, host, port, CONNECT_TIMEOUT_MS);
  const socket = connectTcp({ host, port });
  await opened(socket, "connect");
  return socket;
}

function tlsOptions(
  { ca, certificate, key, serverName, skipVerify }: ApiCredentials,
  host: string,
  socket: Socket,
): ConnectionOptions {
  // An address is no server name (RFC 6066 §3); it is checked all the same.
  const name = serverName ?? host;
  return {
    socket,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: skipVerify !== true,
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  };
}

function opened(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS / 1_000} s`));
    }, CONNECT_TIMEOUT_MS);
    const onError = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    const onClose = (): void => onError(new Error("connection closed while it was being opened"));
    socket.once("error", onError);
    socket.once("close", onClose);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off("error", onError);
      socket.off("close", onClose);
      // Whoever takes the socket over hears of errors by its own ears; none may end the process.
      socket.on("error", () => {});
      resolve();
    });
  });
}
