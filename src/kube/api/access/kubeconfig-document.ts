import { parseDocument } from "yaml";
import { AccessError } from "../access.ts";

/** A mapping as a kubeconfig has it; what is in it is looked at where it is used. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a context stands for. */
export interface Chosen {
  readonly context: string;
  readonly cluster: Fields;
  /** Empty if the context names no user. */
  readonly user: Fields;
}

/** So that a file with hundreds of contexts makes no page of a message. */
const MAX_NAMES = 10;

/**
 * Finds a context, and its cluster and user, in the text of a kubeconfig.
 * @param name of the context; the file's current one if undefined
 * @throws {AccessError}
 */
export function chooseContext(file: string, text: string, name: string | undefined): Chosen {
  const root = parse(file, text);
  const contexts = entries(root["contexts"], "context");
  const context = name ?? string(root["current-context"]);
  if (context === "") {
    throw unusable(file, `it has no current context; name one after the file: ${list(contexts)}`);
  }
  const found = contexts.get(context);
  if (!found) throw unusable(file, `it has no context "${context}"; it has ${list(contexts)}`);
  const place = `"${file}", context "${context}"`;
  const pick = (kind: "cluster" | "user"): Fields => {
    const wanted = string(found[kind]);
    if (wanted === "" && kind === "user") return {};
    if (wanted === "") throw new AccessError(`Cannot use kubeconfig ${place}: it names no ${kind}`);
    const all = entries(root[`${kind}s`], kind);
    const fields = all.get(wanted);
    if (fields) return fields;
    const reason = `the file has no ${kind} "${wanted}"; it has ${list(all)}`;
    throw new AccessError(`Cannot use kubeconfig ${place}: ${reason}`);
  };
  return { context, cluster: pick("cluster"), user: pick("user") };
}

function parse(file: string, text: string): Fields {
  const document = parseDocument(text, { merge: true, logLevel: "silent" });
  const [error] = document.errors;
  if (error) {
    const reason = error.message.split("\n", 1)[0]?.replace(/:$/, "");
    throw new AccessError(`Cannot read kubeconfig "${file}": not YAML: ${reason}`);
  }
  const root: unknown = document.toJS({ maxAliasCount: 1_000 });
  if (isFields(root)) return root;
  throw new AccessError(`Cannot read kubeconfig "${file}": it holds no mapping`);
}

/** `[{ name: a, cluster: {...} }]` as a map; the first of two of the same name counts. */
function entries(value: unknown, kind: string): ReadonlyMap<string, Fields> {
  const found = new Map<string, Fields>();
  for (const entry of Array.isArray(value) ? value : []) {
    if (!isFields(entry) || typeof entry["name"] !== "string" || found.has(entry["name"])) continue;
    const fields = entry[kind];
    found.set(entry["name"], isFields(fields) ? fields : {});
  }
  return found;
}

function unusable(file: string, reason: string): AccessError {
  return new AccessError(`Cannot use kubeconfig "${file}": ${reason}`);
}

function list(all: ReadonlyMap<string, Fields>): string {
  if (all.size === 0) return "none";
  const names = [...all.keys()].slice(0, MAX_NAMES).map((name) => `"${name}"`);
  const more = all.size - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** "" for what is not a string. */
export function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
