import { HttpEndpoints } from "../http/http-endpoints.ts";
import { createLogger } from "../observe/log.ts";
import { Metrics } from "../observe/metrics.ts";
import type { ExplainRequest } from "../explain/explain.ts";
import { explain } from "../explain/explain.ts";
import type { Explanation } from "../explain/explanation.ts";
import { formatText } from "../explain/format-text.ts";
import { plugins } from "../plugins/index.ts";
import { startStanding } from "../server/standing-configuration.ts";
import { adminPathsToTry } from "./admin-path.ts";
import type { Arguments } from "./arguments.ts";
import { NoServer, askAdmin } from "./ask-admin.ts";
import { corefileLoader } from "./corefile-path.ts";
import { parsePort } from "./flags.ts";
import { searchListOfNode } from "./search-list-of-node.ts";
import { endProcess, outputOf } from "./process-output.ts";

/** With a Corefile of our own nobody else waits. */
const LIMIT_MS = 15_000;

interface Wanted {
  readonly request: ExplainRequest;
  readonly format: "text" | "json";
  readonly conf: string | undefined;
  readonly admin: string | undefined;
  readonly port: number;
}

/** Explains a name: asks a running server, or else starts its Corefile aside, without a socket. */
export async function explainCommand(given: Arguments): Promise<void> {
  const wanted = parse(given);
  const explanation = (await askRunning(wanted)) ?? (await askAside(wanted));
  const colour = process.stdout.isTTY && !process.env.NO_COLOR;
  process.stdout.write(
    wanted.format === "json"
      ? `${JSON.stringify(explanation, undefined, 2)}\n`
      : formatText(explanation, { colour }),
  );
  // What was started aside may keep a timer.
  await endProcess(explanation.verdict.level === "fine" ? 0 : 2);
}

function parse({ values, words }: Arguments): Wanted {
  const [name, type, surplus] = words;
  if (name === undefined) throw new TypeError("Cannot explain: expected NAME [TYPE]");
  if (surplus !== undefined) {
    throw new TypeError(`Cannot explain: unexpected "${surplus}" after NAME and TYPE`);
  }
  const format = values.get("o") ?? "text";
  if (format !== "text" && format !== "json") {
    throw new TypeError(`Cannot explain as "${format}": expected text or json`);
  }
  const [conf, admin] = [values.get("conf"), values.get("admin")];
  if (conf !== undefined && admin !== undefined && admin !== "off") {
    throw new TypeError(`Cannot explain: -conf "${conf}" and -admin "${admin}" are two servers`);
  }
  const port = parsePort("-dns.port", values.get("dns.port") ?? "53");
  return { request: { name, type, from: values.get("from") }, format, conf, admin, port };
}

async function askRunning({ request, conf, admin }: Wanted): Promise<Explanation | undefined> {
  if (conf !== undefined || admin === "off") return undefined;
  if (admin !== undefined) return askAdmin(admin, request);
  for (const path of adminPathsToTry()) {
    try {
      return await askAdmin(path, request);
    } catch (error) {
      if (!(error instanceof NoServer)) throw error;
    }
  }
  return undefined;
}

async function askAside({ request, conf, port }: Wanted): Promise<Explanation> {
  const standing = await startStanding(corefileLoader(conf)(), {
    plugins,
    defaultPort: port,
    log: createLogger({ level: "error", format: "text", destination: outputOf(process.stderr) }),
    metrics: new Metrics(),
    host: {
      http: new HttpEndpoints(),
      isServing: () => false,
      reload: () => Promise.reject(new Error("Cannot reload: this only explains")),
      fatal: () => {},
    },
  });
  try {
    const options = { ofNode: searchListOfNode(), limitMs: LIMIT_MS };
    return await explain(standing.configuration, request, options);
  } finally {
    await standing.stop();
  }
}
