import type { AddressInfo } from "node:net";
import type { Logger } from "../../observe/log.ts";
import { hostPort } from "../../net/host-port.ts";
import { isLoopback } from "../../net/loopback.ts";
import type { AdminService } from "./admin-server.ts";
import { closeServer, makeAdminServer } from "./admin-server.ts";
import { AdminToken } from "./admin-token.ts";
import { portGuard } from "./port-guard.ts";
import { splitAddress } from "../http-endpoints.ts";

export interface AdminPort {
  /** As `127.0.0.1:9180`. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface AdminPortOptions {
  /** `127.0.0.1:9180`, `[::1]:0`; of all addresses without a host. */
  readonly address: string;
  /** File of the token; without it only programs of this machine may ask, and change nothing. */
  readonly tokenFile: string | undefined;
  readonly log: Logger;
  /** For a whole request; 5 s by default. */
  readonly requestMs?: number;
}

/**
 * Serves admin resources over TCP.
 * @throws {Error} if the address is no loopback one and there is no token, or it cannot be had
 */
export async function openAdminPort(
  { address, tokenFile, log, requestMs }: AdminPortOptions,
  service: AdminService,
): Promise<AdminPort> {
  const { host, port } = splitAddress(address);
  if (tokenFile === undefined && !isLoopback(host)) {
    throw new Error(
      `Cannot open admin endpoint "${address}": beyond the loopback it needs a token, by -admin.token FILE`,
    );
  }
  const token = tokenFile === undefined ? undefined : await AdminToken.open(tokenFile);
  const guard = portGuard({ host, token, log });
  const server = makeAdminServer(service, guard, requestMs);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ port, ...(host === "" ? {} : { host }) }, resolve);
  try {
    await promise;
  } catch (cause) {
    const { code = (cause as Error).message } = cause as NodeJS.ErrnoException;
    throw new Error(`Cannot open admin endpoint "${address}": ${code}`, { cause });
  }
  // It cannot accept for a while, as without a free descriptor: whoever asks will ask again.
  server.on("error", () => undefined);
  const bound = server.address() as AddressInfo;
  return {
    address: hostPort(host, bound.port),
    port: bound.port,
    close: () => closeServer(server),
  };
}
