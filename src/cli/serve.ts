import { rmSync, writeFileSync } from "node:fs";
import type { Logger } from "../observe/log.ts";
import { plugins } from "../plugins/index.ts";
import { reloadMetrics } from "../plugins/reload/metrics.ts";
import { Server } from "../server/server.ts";
import type { Corefile } from "../corefile/corefile.ts";
import { readCorefileAside } from "../corefile/corefile.ts";
import { corefileLoader } from "./corefile-path.ts";
import type { Flags } from "./flags.ts";
import { limitHeap } from "./heap.ts";
import type { OpenAdmin } from "./open-admin.ts";
import { openAdmin } from "./open-admin.ts";
import { openProcessLog } from "./process-log.ts";
import { endProcess } from "./process-output.ts";
import type { SignalledServer } from "./signals.ts";
import { watchProcess } from "./watch-process.ts";
import { announcePlaces, announceVersion } from "./welcome.ts";

/** What is to be done around serving, by who starts it. */
export interface Around {
  /** Before the Corefile is read. What it rejects with, the start does. */
  prepare?(log: Logger): Promise<void>;
  /** Once it listens. */
  served?(server: Server, log: Logger): void;
  /** Before it stops to listen, whatever the reason; also if it has never come to that. Perhaps more than once. */
  ending?(): Promise<void>;
}

/** Serves DNS until SIGTERM, SIGINT or SIGQUIT; SIGHUP and SIGUSR1 read the Corefile again. */
export async function serve(flags: Flags, around: Around = {}): Promise<void> {
  try {
    await startServing(flags, around);
  } catch (error) {
    await around.ending?.();
    throw error;
  }
}

async function startServing(flags: Flags, around: Around): Promise<void> {
  limitHeap();
  const processLog = openProcessLog(flags.logFormat);
  const { log } = processLog;
  const exit = async (code: number): Promise<void> => {
    await around.ending?.();
    await endProcess(code);
  };
  const { net, signals } = watchProcess(log, exit);
  await around.prepare?.(log);
  const server = await Server.start({
    load: loader(flags.conf),
    plugins,
    defaultPort: flags.port,
    log,
    onFatal: () => void exit(1),
    onListening: (server) => {
      if (!flags.quiet) announcePlaces(server, processLog);
    },
  });
  processLog.publish(server.metrics);
  if (flags.pidfile !== undefined) await writePidfile(flags.pidfile, server);
  const admin = await openAdminOrStop(flags, server, log);
  net.serve();
  around.served?.(server, log);
  signals.serve(signalled(server, log, flags.pidfile, { admin, around }));
  if (!flags.quiet) announceVersion(server, processLog);
}

/** The first time there is nobody yet whom a file system that hangs could hold up. */
function loader(conf: string | undefined): () => Corefile | Promise<Corefile> {
  const first = corefileLoader(conf);
  let path: string | undefined;
  return () => {
    if (path !== undefined) return readCorefileAside(path);
    const corefile = first();
    [path] = corefile.files;
    return corefile;
  };
}

async function writePidfile(path: string, server: Server): Promise<void> {
  try {
    writeFileSync(path, `${process.pid}\n`);
  } catch (cause) {
    // Whoever asked for the file would not find this process to end it.
    await server.stop();
    throw new Error(`Cannot write pidfile "${path}": ${(cause as Error).message}`, { cause });
  }
}

async function openAdminOrStop(flags: Flags, server: Server, log: Logger): Promise<OpenAdmin> {
  try {
    return await openAdmin(flags, server, log);
  } catch (error) {
    await server.stop();
    if (flags.pidfile !== undefined) rmSync(flags.pidfile, { force: true });
    throw error;
  }
}

function signalled(
  server: Server,
  log: Logger,
  pidfile: string | undefined,
  { admin, around }: { readonly admin: OpenAdmin; readonly around: Around },
): SignalledServer {
  return {
    async reload() {
      try {
        await server.reload();
        log.info("Reloading complete");
      } catch (error) {
        reloadMetrics(server.metrics).failed.value++;
        log.error(`Cannot reload, the old configuration stays: ${(error as Error).message}`);
      }
    },
    async stop() {
      await around.ending?.();
      await admin.close();
      await server.stop();
      if (pidfile !== undefined) rmSync(pidfile, { force: true });
    },
  };
}
