import { AccessError } from "./access.ts";
import type { ApiClient } from "./api-client.ts";
import { ApiError, ConnectError, isConnectionLost } from "./api-error.ts";
import type { Resource } from "./resource.ts";

/** What all watches have in common, as subjects of trouble. */
export const CONNECTION = "API server";
export const CREDENTIALS = "credentials";

/** The longest wait before the first sync, and for what is likely to be over soon. */
const SHORT_CAP_MS = 4_000;
/** The longest wait once there is something to serve: a server in trouble is left alone. */
const LONG_CAP_MS = 30_000;

/** What a failure asks for. */
export interface Recovery {
  /** For the metric: `expired`, `unreachable`, `refused`, `overloaded`, `error`, `lost`. */
  readonly reason: string;
  /** Whether all objects have to be read anew. */
  readonly relist: boolean;
  /** Whether what came before the failure may not be the history that goes on behind it. */
  readonly isSuspect: boolean;
  /** The highest delay before the next attempt; 0 where somebody else paces them. */
  readonly capMs: number;
  /** The lowest delay. */
  readonly floorMs: number;
  /** Whether the first time already is worth a line in the log. */
  readonly isWorthTelling: boolean;
}

const COMMON = { relist: false, isSuspect: false, floorMs: 0, isWorthTelling: true };

/** @param interruption why the request was given up, if nobody else ended it */
export function planRecovery(
  error: unknown,
  isSynced: boolean,
  interruption: string | undefined,
): Recovery {
  if (interruption !== undefined) {
    return { ...COMMON, reason: interruption, capMs: 1_000, isWorthTelling: false };
  }
  if (isUnreachable(error)) {
    return { ...COMMON, reason: "unreachable", isSuspect: true, capMs: 0 };
  }
  if (!(error instanceof ApiError)) {
    return {
      ...COMMON,
      reason: "lost",
      isSuspect: true,
      capMs: SHORT_CAP_MS,
      isWorthTelling: false,
    };
  }
  if (error.isExpired) {
    return { ...COMMON, reason: "expired", relist: true, capMs: 1_000, isWorthTelling: false };
  }
  if (error.isAhead) {
    return { ...COMMON, reason: "history", relist: true, capMs: 1_000, isWorthTelling: false };
  }
  // The client reads the credentials again and again.
  if (error.status === 401) return { ...COMMON, reason: "refused", capMs: 0 };
  if (error.status === 403) return { ...COMMON, reason: "refused", capMs: SHORT_CAP_MS };
  const capMs = isSynced ? LONG_CAP_MS : SHORT_CAP_MS;
  const reason = error.status === 429 ? "overloaded" : "error";
  return { ...COMMON, reason, isSuspect: true, capMs, floorMs: error.retryAfterMs };
}

/** Whether no request was made at all; the client paces the attempts. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ConnectError || error instanceof AccessError;
}

/** What is in trouble, so that it is told of once. */
export function subjectOf(error: unknown, resource: Resource): string {
  if (isUnreachable(error) || isConnectionLost(error)) return CONNECTION;
  return error instanceof ApiError && error.status === 401 ? CREDENTIALS : resource.path;
}

/** What anybody may be told: neither files nor hosts, users or words of the server. */
export function summarize(error: unknown, { name }: Resource): string {
  if (error instanceof AccessError) return "no credentials for the API server, see the log";
  if (isUnreachable(error) || isConnectionLost(error)) return "no connection to the API server";
  const what = `cannot list and watch ${name}`;
  if (!(error instanceof ApiError)) return `${what}, see the log`;
  if (error.status === 401) return "the API server refuses the credentials (401)";
  return `${what}: the API server says ${error.status}`;
}

/** What to tell the person who has to do something about it. */
export function explain(
  error: unknown,
  resource: Resource,
  client: Pick<ApiClient, "description" | "place">,
): string {
  const { name, group, namespace } = resource;
  if (isUnreachable(error)) {
    const { message } = error as Error;
    // What is wrong with a file names the file.
    return message.includes(client.description) ? message : `${message} (${client.description})`;
  }
  const { place: server } = client;
  if (isConnectionLost(error)) {
    return `Lost the connection to the API server: ${(error as Error).message} (${server})`;
  }
  const place = namespace === "" ? "" : ` in namespace "${namespace}"`;
  const what = `Cannot list and watch ${name}${place}`;
  if (!(error instanceof ApiError)) return `${what}: ${(error as Error).message} (${server})`;
  switch (error.status) {
    case 401:
      return `The API server does not know who asks: ${error.message}; renew the credentials of ${server}`;
    case 403:
      return `${what}: ${error.message}; grant the verbs "list" and "watch" on "${name}" in API group "${group}" (RBAC) to the user of ${server}`;
    case 404:
      return `${what}: ${error.message}; the API server does not have this resource: is its version too old, or a CRD missing? (${server})`;
    default:
      return `${what}: ${error.message} (${server})`;
  }
}
