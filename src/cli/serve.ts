import { rmSync, writeFileSync } from "node:fs";
import type { Logger } from "../observe/log.ts";
import { createLogger } from "../observe/log.ts";
import { plugins } from "../plugins/index.ts";
import { reloadMetrics } from "../plugins/reload/metrics.ts";
import { Server } from "../server/server.ts";
import { welcome } from "./welcome.ts";
import { limitHeap } from "./heap.ts";
import { corefileLoader } from "./corefile-path.ts";
import type { Flags } from "./flags.ts";

/** Serves DNS until SIGTERM or SIGINT; SIGUSR1 reads the Corefile again. */
export async function serve(flags: Flags): Promise<void> {
  limitHeap();
  const log = await createLogger();
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
  handleSignals(server, log, flags.pidfile);
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

function handleSignals(server: Server, log: Logger, pidfile: string | undefined): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // The second Ctrl-C means it.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info(`${signal}: shutting down`);
    void server.stop().then(() => {
      if (pidfile !== undefined) rmSync(pidfile, { force: true });
      process.exit(0);
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGUSR1", () => {
    log.info("SIGUSR1: reloading");
    server.reload().then(
      () => log.info("Reloading complete"),
      (error: Error) => {
        reloadMetrics(server.metrics).failed.value++;
        log.error(`Cannot reload, the old configuration stays: ${error.message}`);
      },
    );
  });
}
