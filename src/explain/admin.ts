import type { Name } from "../dns/name.ts";
import type { AdminResources } from "../http/admin/admin-socket.ts";
import { BadRequest } from "../http/admin/read-json.ts";
import type { Configuration } from "../server/configuration.ts";
import type { ExplainRequest } from "./explain.ts";
import { explain } from "./explain.ts";

/** The version of the resources, which is in their paths. */
export const ADMIN_API = 1;
export const EXPLAIN_PATH = "/api/v1/explain";

/** For an explanation that the server itself makes. */
const LIMIT_MS = 2_000;

/** The server, as far as it tells of itself. */
export interface ToldServer {
  readonly version: string;
  readonly startedAtMs: number;
  readonly now: () => number;
  readonly ofNode: () => readonly Name[];
  /** What is being served by. */
  configuration(): Configuration;
}

/** What the admin socket answers. */
export function adminResources(server: ToldServer): AdminResources {
  return {
    "GET /api/v1/about": () => about(server),
    "GET /api/v1/health": () => health(server.configuration()),
    [`POST ${EXPLAIN_PATH}`]: async (body) => {
      const request = requestIn(body);
      const options = { ofNode: server.ofNode(), limitMs: LIMIT_MS };
      try {
        return await explain(server.configuration(), request, options);
      } catch (error) {
        if (error instanceof TypeError && error.message.startsWith("Cannot explain")) {
          throw new BadRequest(error.message);
        }
        throw error;
      }
    },
  };
}

function about({ version, startedAtMs, now }: ToldServer): object {
  return {
    api: ADMIN_API,
    version,
    instance: { pid: process.pid, startedAtMs },
    nowMs: now(),
    features: { explain: { on: true } },
    limits: { explainMs: LIMIT_MS },
  };
}

/** One sentence on whether all that answers is ready. */
export function health({ instances }: Pick<Configuration, "instances">): object {
  const reasons = instances.flatMap(({ plugin, instance }) => {
    const text = instance.notReady?.();
    return text === undefined ? [] : [{ code: "not-ready", level: "failing", plugin, text }];
  });
  const [first] = reasons;
  return {
    level: first ? "failing" : "fine",
    sentence: first ? `plugin/${first.plugin} is not ready: ${first.text}` : "All is ready",
    reasons,
  };
}

function requestIn(body: unknown): ExplainRequest {
  if (typeof body !== "object" || body === null) throw new BadRequest("expected an object");
  const { name, type, from } = body as Record<string, unknown>;
  if (typeof name !== "string") throw new BadRequest('expected "name", a string');
  if (type !== undefined && typeof type !== "string") {
    throw new BadRequest('"type" is no string');
  }
  if (from !== undefined && typeof from !== "string") {
    throw new BadRequest('"from" is no string');
  }
  return { name, type, from };
}
