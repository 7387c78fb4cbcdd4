import { rmSync, writeFileSync } from "node:fs";
import type { Logger } from "../observe/log.ts";
import { createLogger } from "../observe/log.ts";
import { plugins } from "../plugins/index.ts";
import { reloadMetrics } from "../plugins/reload/metrics.ts";
import { Server } from "../server/server.ts";
import type { SignalledServer } from "./signals.ts";
import { Signals } from "./signals.ts";
import { welcome } from "./welcome.ts";
import { limitHeap } from "./heap.ts";
import { corefileLoader } from "./corefile-path.ts";
import type { Flags } from "./flags.ts";

/** Serves DNS until SIGTERM, SIGINT or SIGQUIT; SIGHUP and SIGUSR1 read the Corefile again. */
export async function serve(flags: Flags): Promise<void> {
  limitHeap();
  const log = await createLogger();
  const signals = new Signals(log);
  const server = await Server.start({
    load: corefileLoader(flags.conf),
    plugins,
    defaultPort: flags.port,
    log,
    onFatal: (message) => {
      log.fatal(message);
      process.exit(1);
    },
  });
  if (flags.pidfile !== undefined) await writePidfile(flags.pidfile, server);
  signals.serve(signalled(server, log, flags.pidfile));
  if (!flags.quiet) welcome(server, log);
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

function signalled(server: Server, log: Logger, pidfile: string | undefined): SignalledServer {
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
      await server.stop();
      if (pidfile !== undefined) rmSync(pidfile, { force: true });
    },
  };
}
