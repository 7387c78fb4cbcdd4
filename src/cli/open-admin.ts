import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { adminResources } from "../admin/admin-resources.ts";
import { openAdminPort } from "../http/admin/admin-port.ts";
import type { AdminInstance, AdminService } from "../http/admin/admin-server.ts";
import { openAdminSocket } from "../http/admin/admin-socket.ts";
import type { Logger } from "../observe/log.ts";
import type { Server } from "../server/server.ts";
import { adminPathOf } from "./admin-path.ts";
import { parseAdminTarget } from "./admin-target.ts";
import type { Flags } from "./flags.ts";
import { searchListOfNode } from "./search-list-of-node.ts";
import { VERSION } from "./version.ts";

export interface OpenAdmin {
  close(): Promise<void>;
}

/** What of the command line is about it. */
export interface AdminFlags extends Pick<Flags, "admin" | "adminToken" | "pidfile"> {
  /** Where the socket is, if `admin` names none; without it `adminPathOf` says it. */
  readonly usualPath?: string;
}

/**
 * Opens the admin endpoint of a server: a Unix socket, and a port where one is asked for. What was asked for must be had;
 * without the socket that nobody asked for, DNS is served all the same.
 * @throws {Error} if it cannot be had
 */
export async function openAdmin(
  { admin, adminToken, pidfile, usualPath }: AdminFlags,
  server: Server,
  log: Logger,
): Promise<OpenAdmin> {
  const target = admin === undefined ? undefined : parseAdminTarget(admin);
  const address = target?.kind === "tcp" ? target.address : undefined;
  if (adminToken !== undefined && address === undefined) {
    throw new TypeError("Cannot use flag -admin.token: it is for -admin tcp://HOST:PORT");
  }
  const service = serviceOf(server);
  const path =
    admin === undefined && usualPath !== undefined
      ? usualPath
      : adminPathOf(address === undefined ? admin : undefined, pidfile);
  const open: OpenAdmin[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map((one) => one.close()));
  };
  try {
    const isOptional = target?.kind !== "socket";
    const socket =
      path === undefined ? undefined : await openSocket(path, service, isOptional, log);
    if (socket) open.push(socket);
    if (address !== undefined) {
      const port = await openAdminPort({ address, tokenFile: adminToken, log }, service);
      open.push(port);
      log.info(`Admin endpoint at tcp://${port.address}: ${whoMayAsk(adminToken)}`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

async function openSocket(
  path: string,
  service: AdminService,
  isOptional: boolean,
  log: Logger,
): Promise<OpenAdmin | undefined> {
  try {
    return await openAdminSocket(path, service);
  } catch (error) {
    if (!isOptional) throw error;
    log.warn(`${(error as Error).message}; "portolan explain" will not find this server`);
    return undefined;
  }
}

function whoMayAsk(tokenFile: string | undefined): string {
  return tokenFile === undefined
    ? "open to programs of this machine, which may change nothing"
    : "open to those who have the token";
}

function serviceOf(server: Server): AdminService {
  const instance: AdminInstance = {
    id: randomBytes(8).toString("hex"),
    pod: process.env.KUBERNETES_SERVICE_HOST === undefined ? null : hostname(),
    startedAtMs: Date.now(),
  };
  const resources = adminResources({
    version: VERSION,
    instance,
    now: Date.now,
    ofNode: searchListOfNode,
    configuration: () => server.configuration,
    table: server.table,
  });
  return { resources, instance };
}
