import { idleHost } from "../server/idle-host.ts";
import { createLogger } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import { plugins } from "../plugins/index.ts";
import type { StandingConfiguration } from "../server/standing-configuration.ts";
import { startStanding } from "../server/standing-configuration.ts";
import { corefileLoader } from "./corefile-path.ts";
import { outputOf } from "./process-output.ts";

/**
 * Starts a Corefile without a socket, for commands that ask it themselves.
 * @param conf its path; ./Corefile, or the example, without it
 * @param defaultPort as when serving
 * @throws {CorefileError} if it is wrong, or something in it cannot be started
 */
export function startAside(
  conf: string | undefined,
  defaultPort: number,
): Promise<StandingConfiguration> {
  return startStanding(corefileLoader(conf)(), {
    plugins,
    defaultPort,
    // What is in trouble refers to it.
    log: createLogger({ level: "warn", format: "text", destination: outputOf(process.stderr) }),
    metrics: new Metrics(),
    host: idleHost("this only stands aside"),
  });
}
