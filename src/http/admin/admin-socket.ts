import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import type { Server } from "node:http";
import { connect } from "node:net";
import type { AdminService } from "./admin-server.ts";
import { closeServer, makeAdminServer } from "./admin-server.ts";

export interface AdminSocket {
  readonly path: string;
  /** Closes it, and takes the file away. */
  close(): Promise<void>;
}

/** Longest path that a Unix socket can have, on Linux 107 and on macOS 103. */
const MAX_PATH_OCTETS = 103;

/**
 * Serves admin resources on a Unix socket that none but the user of this process can open.
 * @throws {Error} if the place is taken by a server that is at work, or cannot be had
 */
export async function openAdminSocket(path: string, service: AdminService): Promise<AdminSocket> {
  if (Buffer.byteLength(path) > MAX_PATH_OCTETS) {
    throw new Error(`Cannot open admin socket "${path}": longer than ${MAX_PATH_OCTETS} octets`);
  }
  const server = makeAdminServer(service);
  try {
    await listen(server, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cannotOpen(path, cause);
    await removeStale(path);
    await listen(server, path).catch((again: unknown) => {
      throw cannotOpen(path, again);
    });
  }
  return { path, close: () => closeServer(server) };
}

function cannotOpen(path: string, cause: unknown): Error {
  const { code = (cause as Error).message } = cause as NodeJS.ErrnoException;
  return new Error(`Cannot open admin socket "${path}": ${code}`, { cause });
}

/** The file is there with its rights from its first moment on: Node binds at once, within this call. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = process.umask(0o177);
    try {
      server.listen({ path }, () => {
        server.off("error", reject);
        // It cannot accept for a while, as without a free descriptor: whoever asks will ask again.
        server.on("error", () => undefined);
        chmodSync(path, 0o600);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

/** What a server has left that was killed; one that is at work keeps its place. */
async function removeStale(path: string): Promise<void> {
  if (!lstatSync(path).isSocket()) {
    throw new Error(`Cannot open admin socket "${path}": the file is there, and is no socket`);
  }
  const isAtWork = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
  if (isAtWork) throw new Error(`Cannot open admin socket "${path}": another server has it`);
  unlinkSync(path);
}
