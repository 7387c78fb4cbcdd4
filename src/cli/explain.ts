import { EXPLAIN_PATH } from "../admin/admin-resources.ts";
import type { ExplainRequest } from "../explain/explain.ts";
import { explain } from "../explain/explain.ts";
import type { Explanation } from "../explain/explanation.ts";
import { formatText } from "../explain/format-text.ts";
import type { Arguments } from "./arguments.ts";
import { askAdmin } from "./ask-admin.ts";
import type { WhoToAsk } from "./ask-running.ts";
import { askRunning, whoToAsk } from "./ask-running.ts";
import { parsePort } from "./flags.ts";
import { lookOf } from "./look-of-terminal.ts";
import { endProcess } from "./process-output.ts";
import { searchListOfNode } from "./search-list-of-node.ts";
import { startAside } from "./start-aside.ts";

/** With a Corefile of our own nobody else waits. */
const LIMIT_MS = 15_000;
const LOOK_MS = 5_000;

interface Wanted {
  readonly request: ExplainRequest;
  readonly format: "text" | "json";
  readonly conf: string | undefined;
  readonly server: WhoToAsk;
  readonly port: number;
}

/** Explains a name: asks a running server, or else starts its Corefile aside, without a socket. */
export async function explainCommand(given: Arguments): Promise<void> {
  const wanted = parse(given);
  const explanation = (await askServer(wanted)) ?? (await askAside(wanted));
  process.stdout.write(printed(explanation, wanted.format));
  // What was started aside may keep a timer.
  await endProcess(explanation.verdict.level === "fine" ? 0 : 2);
}

function printed(explanation: Explanation, format: Wanted["format"]): string {
  if (format === "json") return `${JSON.stringify(explanation, undefined, 2)}\n`;
  try {
    return formatText(explanation, lookOf(process.stdout));
  } catch (cause) {
    const message = "Cannot explain: what the server says is no explanation of this version";
    throw new Error(message, { cause });
  }
}

function parse({ values, words, switches }: Arguments): Wanted {
  const [name, type, surplus] = words;
  if (name === undefined) throw new TypeError("Cannot explain: expected NAME [TYPE]");
  if (surplus !== undefined) {
    throw new TypeError(`Cannot explain: unexpected "${surplus}" after NAME and TYPE`);
  }
  const format = values.get("o") ?? "text";
  if (format !== "text" && format !== "json") {
    throw new TypeError(`Cannot explain as "${format}": expected text or json`);
  }
  const conf = values.get("conf");
  const server = whoToAsk(values);
  const port = parsePort("-dns.port", values.get("dns.port") ?? "53");
  const routes = modeOfRoutes({ values, switches });
  const request = { name, type, from: values.get("from"), routes, node: values.get("node") };
  return { request, format, conf, server, port };
}

function modeOfRoutes({
  values,
  switches,
}: Pick<Arguments, "values" | "switches">): string | undefined {
  if (switches.has("routes")) return values.get("proxy-mode") ?? "iptables";
  const idle = ["proxy-mode", "node"].find((name) => values.has(name));
  if (idle === undefined) return undefined;
  throw new TypeError(`Cannot explain: -${idle} says nothing without -routes`);
}

async function askServer(wanted: Wanted): Promise<Explanation | undefined> {
  if (wanted.conf !== undefined) return undefined;
  return askRunning(wanted.server, async (server) => {
    const reply = await askAdmin(server, EXPLAIN_PATH, wanted.request);
    if (reply["version"] === 1) return reply as unknown as Explanation;
    throw new Error("Cannot explain: the server is no Portolan of this version");
  });
}

async function askAside({ request, conf, port }: Wanted): Promise<Explanation> {
  const standing = await startAside(conf, port);
  try {
    const options = { ofNode: searchListOfNode(), limitMs: LIMIT_MS, lookMs: LOOK_MS };
    return await explain(standing.configuration, request, options);
  } finally {
    await standing.stop();
  }
}
