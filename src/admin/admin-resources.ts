import type { Name } from "../dns/name.ts";
import type { ExplainRequest } from "../explain/explain.ts";
import { explain } from "../explain/explain.ts";
import type { AdminInstance, AdminResources } from "../http/admin/admin-server.ts";
import { BadRequest } from "../http/admin/read-json.ts";
import type { Configuration } from "../server/configuration.ts";
import type { KeptReplies } from "../server/contract/kept-replies.ts";
import { dumpFor } from "./dump.ts";
import { flusher } from "./flush.ts";
import { health } from "./health.ts";
import { fieldsOf, textIn } from "./request-fields.ts";

/** The version of the resources, which is in their paths. */
export const ADMIN_API = 1;
export const EXPLAIN_PATH = "/api/v1/explain";
export const DUMP_PATH = "/api/v1/dump";
export const FLUSH_PATH = "/api/v1/cache/flush";

/** For an explanation that the server itself makes. */
const LIMIT_MS = 2_000;

/** The server, as far as it tells of itself. */
export interface ToldServer {
  readonly version: string;
  readonly instance: AdminInstance;
  readonly now: () => number;
  readonly ofNode: () => readonly Name[];
  /** What is being served by. */
  configuration(): Configuration;
  readonly table: KeptReplies;
}

/** What an admin endpoint answers. */
export function adminResources(server: ToldServer): AdminResources {
  const flush = flusher(() => server.configuration(), server.table);
  return {
    "GET /api/v1/about": { answer: () => about(server) },
    "GET /api/v1/health": { answer: () => health(server.configuration()) },
    [`POST ${EXPLAIN_PATH}`]: { answer: (body) => explainFor(server, requestIn(body)) },
    [`POST ${DUMP_PATH}`]: { answer: (body) => dumpFor(server.configuration(), body) },
    [`POST ${FLUSH_PATH}`]: { answer: flush, isWrite: true },
  };
}

function about({ version, now }: ToldServer): object {
  return {
    api: ADMIN_API,
    version,
    nowMs: now(),
    features: { explain: { on: true } },
    limits: { explainMs: LIMIT_MS },
  };
}

async function explainFor(server: ToldServer, request: ExplainRequest): Promise<object> {
  const options = { ofNode: server.ofNode(), limitMs: LIMIT_MS };
  try {
    return await explain(server.configuration(), request, options);
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith("Cannot explain")) {
      throw new BadRequest(error.message);
    }
    throw error;
  }
}

function requestIn(body: unknown): ExplainRequest {
  const fields = fieldsOf(body, ["name", "type", "from", "routes", "node"]);
  const name = textIn(fields, "name");
  if (name === undefined) throw new BadRequest('expected "name", a string');
  return {
    name,
    type: textIn(fields, "type"),
    from: textIn(fields, "from"),
    routes: textIn(fields, "routes"),
    node: textIn(fields, "node"),
  };
}
