import { createHash } from "node:crypto";
import { parseCorefile } from "../corefile/corefile.ts";
import type { PluginDefinition } from "../corefile/plugin-definition.ts";
import type { Logger } from "../observe/log.ts";
import { plugins } from "../plugins/index.ts";
import type { PluginOrder } from "../server/plugin-order.ts";
import { Server } from "../server/server.ts";
import { silentLog } from "./context.ts";

export interface TestServerOptions {
  /** `{{PORT}}` in it becomes 0: a free port. Put `bind 127.0.0.1` into each block. */
  readonly corefile: string;
  readonly plugins?: PluginOrder;
  readonly log?: Logger;
  readonly onFatal?: (message: string) => void;
}

/** A whole server in this process, on a free port of its own. */
export interface TestServer {
  readonly server: Server;
  readonly port: number;
  /** What the next reload reads. */
  corefile: string;
  stop(): Promise<void>;
}

export async function startServer(options: TestServerOptions): Promise<TestServer> {
  const state = { corefile: options.corefile };
  const server = await Server.start({
    load: () => {
      const text = state.corefile.replaceAll("{{PORT}}", "0");
      const digest = createHash("sha512").update(text).digest("hex");
      const plugins: PluginDefinition[] = [];
      const blocks = parseCorefile(text, "Corefile", { plugins });
      return { blocks, plugins, files: [], digest };
    },
    plugins: options.plugins ?? plugins,
    defaultPort: 0,
    log: options.log ?? silentLog(),
    onFatal: options.onFatal ?? ((): void => {}),
  });
  return Object.assign(state, {
    server,
    port: server.places()[0]?.port ?? 0,
    stop: () => server.stop(),
  });
}
